// SPDX-License-Identifier: Apache-2.0
#include "cli/svg_frame.hpp"

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"

namespace automl::cli {

std::string html_text(const std::string& text) {
  std::string result;
  for (const char c : shown(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string html_cut(const std::string& text, std::size_t width) {
  return html_text(cut(shown(text), width));
}

std::string coordinate(double value) { return number_text(std::round(value * 10) / 10, 6); }

std::string tick_text(double value, double step) {
  if (std::abs(value) < 1e-9 * step) {
    return "0";
  }
  if (std::abs(value) >= 1e6 || std::abs(value) < 1e-4) {
    return number_text(value, 4);
  }
  const int decimals = static_cast<int>(std::clamp(std::ceil(-std::log10(step) - 1e-9), 0.0, 9.0));
  return fixed_text(value, decimals);
}

std::vector<double> round_ticks(double low, double high, int count) {
  if (!(high > low) || !std::isfinite(high - low)) {
    return {low};
  }
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) {
    ticks.push_back(k * step);
  }
  return ticks;
}

SvgFrame::SvgFrame(Place place, std::pair<double, double> x, std::pair<double, double> y)
    : place_(place), x_(x), y_(y) {
  for (std::pair<double, double>* range : {&x_, &y_}) {
    if (!(range->second > range->first)) {
      const double margin = range->first == 0 ? 1 : 0.05 * std::abs(range->first);
      range->first -= margin;
      range->second += margin;
    }
  }
}

double SvgFrame::x(double value) const {
  const double share = (value - x_.first) / (x_.second - x_.first);
  return place_.left + std::clamp(share, 0.0, 1.0) * place_.width;
}

double SvgFrame::y(double value) const {
  const double share = (value - y_.first) / (y_.second - y_.first);
  return place_.top + (1 - std::clamp(share, 0.0, 1.0)) * place_.height;
}

std::string SvgFrame::y_axis(int count) const {
  const std::vector<double> ticks = round_ticks(y_.first, y_.second, count);
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
  std::string text;
  for (const double tick : ticks) {
    const std::string at = coordinate(y(tick));
    text += "<path class=\"grid\" d=\"M" + coordinate(place_.left) + " " + at + "H" +
            coordinate(place_.left + place_.width) + "\"/>" +
            svg_text(place_.left - 6, y(tick) + 4, "end", tick_text(tick, step));
  }
  return text;
}

std::string SvgFrame::x_axis(int count) const {
  const std::vector<double> ticks = round_ticks(x_.first, x_.second, count);
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
  const double bottom = place_.top + place_.height;
  std::string text = "<path class=\"axis\" d=\"M" + coordinate(place_.left) + " " +
                     coordinate(bottom) + "H" + coordinate(place_.left + place_.width) + "\"/>";
  for (const double tick : ticks) {
    text += svg_text(x(tick), bottom + 16, "middle", tick_text(tick, step));
  }
  return text;
}

std::string SvgFrame::x_title(const std::string& title) const {
  return svg_text(
      place_.left + place_.width / 2, place_.top + place_.height + 34, "middle", html_text(title));
}

std::string SvgFrame::path(const std::vector<std::pair<double, double>>& points) const {
  std::string text;
  for (const auto& [px, py] : points) {
    text += (text.empty() ? "M" : "L") + coordinate(x(px)) + " " + coordinate(y(py));
  }
  return text;
}

std::string SvgFrame::steps(const std::vector<std::pair<double, double>>& points) const {
  std::string text;
  for (const auto& [px, py] : points) {
    text += text.empty() ? "M" + coordinate(x(px)) + " " + coordinate(y(py))
                         : "H" + coordinate(x(px)) + "V" + coordinate(y(py));
  }
  return text;
}

std::string svg(double width, double height, const std::string& label, const std::string& content) {
  return "<svg viewBox=\"0 0 " + coordinate(width) + " " + coordinate(height) +
         "\" role=\"img\" aria-label=\"" + html_text(label) + "\">" + content + "</svg>\n";
}

std::string svg_text(double x,
                     double y,
                     const std::string& anchor,
                     const std::string& text,
                     const std::string& css_class) {
  return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" text-anchor=\"" + anchor +
         "\"" + (css_class.empty() ? "" : " class=\"" + css_class + "\"") + ">" + text + "</text>";
}

}  // namespace automl::cli
