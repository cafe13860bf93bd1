// SPDX-License-Identifier: Apache-2.0
#include "search/levels.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace automl::search {
namespace {

bool numeric(const Parameter& p) { return p.kind == Kind::kFloat || p.kind == Kind::kInt; }

double step_of(const Parameter& p) { return p.kind == Kind::kInt && p.step == 0 ? 1 : p.step; }

double without_rounding_noise(double value, double step) {
  if (std::abs(value) < step * 1e-9) {
    return 0;
  }
  std::array<char, 64> text{};
  const auto written = std::to_chars(
      text.data(), text.data() + text.size(), value, std::chars_format::scientific, 13);
  double rounded = value;
  std::from_chars(text.data(), written.ptr, rounded);
  return rounded;
}

// Edge on the logarithmic axis. The lowest cell may not reach zero.
double log_edge(const Parameter& p, std::size_t level) {
  const double step = step_of(p);
  const double below = p.low + (static_cast<double>(level) - 0.5) * step;
  return std::log(level == 0 ? std::max(below, p.low / 2) : below);
}

}  // namespace

std::size_t levels(const Parameter& p) {
  if (!numeric(p)) {
    return p.kind == Kind::kBool ? 2 : p.kind == Kind::kFixed ? 1 : p.choices;
  }
  if (p.low == p.high) {
    return 1;
  }
  const double step = step_of(p);
  return step == 0 ? 0 : static_cast<std::size_t>((p.high - p.low) / step + 1e-9) + 1;
}

double level_value(const Parameter& p, std::size_t level) {
  if (!numeric(p)) {
    return static_cast<double>(level);
  }
  const double step = step_of(p);
  const double value = p.low + static_cast<double>(level) * step;
  if (level == 0 || p.kind == Kind::kInt) {
    return level == 0 ? p.low : value;
  }
  return std::min(without_rounding_noise(value, step), p.high);
}

std::size_t level_of(const Parameter& p, double value) {
  const std::size_t count = levels(p);
  const double position = numeric(p) && count > 1 ? (value - p.low) / step_of(p) : value;
  if (count <= 1 || !(position > 0)) {
    return 0;
  }
  return position >= static_cast<double>(count - 1)
             ? count - 1
             : static_cast<std::size_t>(std::round(position));
}

double level_edge(const Parameter& p, std::size_t level) {
  const std::size_t count = levels(p);
  if (level == 0 || level >= count) {
    return level == 0 ? 0 : 1;
  }
  if (!numeric(p) || !p.log) {
    return static_cast<double>(level) / static_cast<double>(count);
  }
  const double first = log_edge(p, 0);
  return (log_edge(p, level) - first) / (log_edge(p, count) - first);
}

std::size_t level_at(const Parameter& p, double unit) {
  const std::size_t count = levels(p);
  if (count <= 1 || !(unit > 0)) {
    return 0;
  }
  if (!numeric(p) || !p.log) {
    const double place = std::min(unit, 1.0) * static_cast<double>(count);
    return std::min(static_cast<std::size_t>(place), count - 1);
  }
  // A guess from the logarithmic axis; rounding may have put it one cell aside.
  const double place = std::lerp(log_edge(p, 0), log_edge(p, count), std::min(unit, 1.0));
  std::size_t level = level_of(p, std::exp(place));
  while (level > 0 && unit < level_edge(p, level)) {
    --level;
  }
  while (level + 1 < count && unit >= level_edge(p, level + 1)) {
    ++level;
  }
  return level;
}

double level_middle(const Parameter& p, std::size_t level) {
  if (!numeric(p) || !p.log) {
    return (static_cast<double>(level) + 0.5) / static_cast<double>(levels(p));
  }
  return (level_edge(p, level) + level_edge(p, level + 1)) / 2;
}

}  // namespace automl::search
