// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace automl::cli {

// A step line with a band behind it, for the terminal: ── the line, ·· the middle of the band, ░
// the band. All in the same units; x counts from 1.
struct TextPlot {
  struct BandPoint {
    double x = 0;
    double low = 0;
    double middle = 0;
    double high = 0;
  };

  std::vector<double> line;  // at x = first, first + 1, …
  double first = 1;
  std::vector<BandPoint> band;  // ascending x; may be empty

  // Lines with their ends. `width` columns in all (at least 30), `height` rows for the plot.
  std::string text(std::size_t width, std::size_t height) const;
};

// Bars of eighths of a column: 0.4 of 10 columns is ████.
std::string bar_of(double share, std::size_t width);

}  // namespace automl::cli
