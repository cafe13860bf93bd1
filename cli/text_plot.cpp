// SPDX-License-Identifier: Apache-2.0
#include "cli/text_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/text.hpp"

namespace automl::cli {

namespace {

struct Range {
  double low;
  double high;
};

// From the best value to where the line and the band stand after a tenth of the way: what comes
// before is often far off and would flatten everything else.
Range range_of(const TextPlot& plot) {
  const std::size_t early = plot.line.size() / 10;
  Range range{plot.line.back(), plot.line.back()};
  const auto widen = [&range](double value) {
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  };
  for (std::size_t i = early; i < plot.line.size(); ++i) {
    widen(plot.line[i]);
  }
  const double last = plot.first + static_cast<double>(plot.line.size()) - 1;
  for (const TextPlot::BandPoint& point : plot.band) {
    if (point.x >= 1 + last / 10) {
      widen(point.middle);
    }
  }
  if (!(range.high > range.low)) {
    const double margin = range.high == 0 ? 1 : 0.05 * std::abs(range.high);
    range = {range.low - margin, range.high + margin};
  }
  return range;
}

TextPlot::BandPoint band_at(const std::vector<TextPlot::BandPoint>& band, double x) {
  const auto above = std::find_if(
      band.begin(), band.end(), [x](const TextPlot::BandPoint& point) { return point.x >= x; });
  if (above == band.end()) {
    return band.back();
  }
  if (above == band.begin()) {
    return *above;
  }
  const TextPlot::BandPoint& a = *(above - 1);
  const double share = (x - a.x) / (above->x - a.x);
  const auto mix = [share](double from, double to) { return from + share * (to - from); };
  return {x, mix(a.low, above->low), mix(a.middle, above->middle), mix(a.high, above->high)};
}

using Grid = std::vector<std::vector<const char*>>;

// Row 0 is the top; unbounded.
long row_of(double value, const Range& range, std::size_t height) {
  const double share = (range.high - value) / (range.high - range.low);
  return std::lround(std::clamp(share, -10.0, 10.0) * static_cast<double>(height - 1));
}

void draw_band(const TextPlot& plot, const Range& range, Grid& grid) {
  const std::size_t height = grid.size();
  const std::size_t columns = grid.front().size();
  const double last = plot.first + static_cast<double>(plot.line.size()) - 1;
  for (std::size_t c = 0; c < columns && !plot.band.empty(); ++c) {
    const double x = 1 + (last - 1) * static_cast<double>(c) /
                             static_cast<double>(std::max<std::size_t>(columns - 1, 1));
    const TextPlot::BandPoint at = band_at(plot.band, x);
    const long top = std::max(row_of(at.high, range, height), 0L);
    const long bottom = std::min(row_of(at.low, range, height), static_cast<long>(height) - 1);
    for (long row = top; row <= bottom; ++row) {
      grid[static_cast<std::size_t>(row)][c] = "░";
    }
    const long middle = row_of(at.middle, range, height);
    if (middle >= 0 && middle < static_cast<long>(height)) {
      grid[static_cast<std::size_t>(middle)][c] = "·";
    }
  }
}

void draw_line(const TextPlot& plot, const Range& range, Grid& grid) {
  const auto height = static_cast<long>(grid.size());
  const std::size_t columns = grid.front().size();
  const double last = plot.first + static_cast<double>(plot.line.size()) - 1;
  long before = -1;
  for (std::size_t c = 0; c < columns; ++c) {
    const double x = 1 + (last - 1) * static_cast<double>(c) /
                             static_cast<double>(std::max<std::size_t>(columns - 1, 1));
    if (x + 1e-9 < plot.first) {
      continue;
    }
    const auto index = static_cast<std::size_t>(x + 1e-9 - plot.first);
    const long row = row_of(plot.line[std::min(index, plot.line.size() - 1)], range, grid.size());
    if (before >= 0 && row != before) {
      const bool up = row < before;
      for (long r = std::min(row, before) + 1; r < std::max(row, before) && r < height; ++r) {
        if (r >= 0) {
          grid[static_cast<std::size_t>(r)][c] = "│";
        }
      }
      if (before < height) {
        grid[static_cast<std::size_t>(before)][c] = up ? "╯" : "╮";
      }
      if (row >= 0 && row < height) {
        grid[static_cast<std::size_t>(row)][c] = up ? "╭" : "╰";
      }
    } else if (row >= 0 && row < height) {
      grid[static_cast<std::size_t>(row)][c] = "─";
    }
    before = row < 0 ? -1 : row;
  }
}

}  // namespace

std::string TextPlot::text(std::size_t width, std::size_t height) const {
  if (line.empty()) {
    return "";
  }
  const Range range = range_of(*this);
  const int decimals = decimals_for({range.low, range.high, (range.low + range.high) / 2});
  std::vector<std::string> labels(height);
  for (const std::size_t row : {std::size_t{0}, height / 2, height - 1}) {
    const double share = static_cast<double>(row) / static_cast<double>(height - 1);
    const double value = range.high - share * (range.high - range.low);
    const double size = std::abs(value);
    labels[row] = size != 0 && (size >= 1e6 || size < 1e-3) ? number_text(value, 4)
                                                            : fixed_text(value, decimals);
  }
  std::size_t widest = 0;
  for (const std::string& label : labels) {
    widest = std::max(widest, width_of(label));
  }
  const std::size_t columns = std::max<std::size_t>(width, 30) - widest - 3;
  Grid grid(height, std::vector<const char*>(columns, " "));
  draw_band(*this, range, grid);
  draw_line(*this, range, grid);
  std::string result;
  for (std::size_t row = 0; row < height; ++row) {
    result += padded(labels[row], widest, true) + (labels[row].empty() ? " │" : " ┤");
    std::string cells;
    for (const char* cell : grid[row]) {
      cells += cell;
    }
    cells.erase(cells.find_last_not_of(' ') + 1);
    result += cells + "\n";
  }
  const std::string end = number_text(first + static_cast<double>(line.size()) - 1);
  std::string axis = std::string(widest + 1, ' ') + "└";
  for (std::size_t c = 0; c < columns; ++c) {
    axis += "─";
  }
  return result + axis + "\n" + std::string(widest + 2, ' ') + "1" +
         padded(end, columns - 1, true) + "\n";
}

std::string bar_of(double share, std::size_t width) {
  static constexpr std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double filled = std::clamp(share, 0.0, 1.0) * static_cast<double>(width);
  const auto whole = static_cast<std::size_t>(filled);
  std::string text;
  for (std::size_t i = 0; i < whole; ++i) {
    text += "█";
  }
  return text + kEighths[static_cast<std::size_t>((filled - static_cast<double>(whole)) * 8)];
}

}  // namespace automl::cli
