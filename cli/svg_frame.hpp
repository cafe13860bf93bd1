// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace automl::cli {

// Text for HTML and for attributes in quotes; nothing in it acts as markup, control characters
// become '?'.
std::string html_text(const std::string& text);
// The same, cut to so many columns.
std::string html_cut(const std::string& text, std::size_t width);
// A coordinate: one decimal.
std::string coordinate(double value);
// A number for a label, with as many digits as tell `step` apart.
std::string tick_text(double value, double step);

// Round numbers within a range, about `count` of them.
std::vector<double> round_ticks(double low, double high, int count);

// A rectangle of a plot in the drawing's units, and what is drawn in it.
class SvgFrame {
 public:
  struct Place {
    double left;
    double top;
    double width;
    double height;
  };

  SvgFrame(Place place, std::pair<double, double> x, std::pair<double, double> y);

  double x(double value) const;
  // Upwards.
  double y(double value) const;
  const Place& place() const { return place_; }

  // Lines with labels at round numbers.
  std::string y_axis(int count) const;
  std::string x_axis(int count) const;
  std::string x_title(const std::string& title) const;
  // Points one after the other, as a path without closing.
  std::string path(const std::vector<std::pair<double, double>>& points) const;
  // Each value holds until the next point.
  std::string steps(const std::vector<std::pair<double, double>>& points) const;

 private:
  Place place_;
  std::pair<double, double> x_;
  std::pair<double, double> y_;
};

// A whole drawing; `label` says what it shows to those who cannot see it.
std::string svg(double width, double height, const std::string& label, const std::string& content);
std::string svg_text(double x,
                     double y,
                     const std::string& anchor,
                     const std::string& text,
                     const std::string& css_class = "");

}  // namespace automl::cli
