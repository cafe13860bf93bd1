// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/report_plots.hpp"
#include "cli/result_text.hpp"
#include "cli/svg_frame.hpp"
#include "cli/text.hpp"

namespace automl::cli {

namespace {

using Points = std::vector<std::pair<double, double>>;

constexpr std::size_t kMostDots = 400;
constexpr std::size_t kMostLines = 300;
constexpr std::size_t kMostAxes = 10;
constexpr std::size_t kMostLabels = 8;

std::string title_of(const idl::Trial& trial) {
  return "<title>trial " + std::to_string(trial.number) + ": " + number_text(trial.value) + "\n" +
         html_text(configuration_text(trial.configuration)) + "</title>";
}

// Dots of one choice are spread over its cell, always in the same way.
double spread_out(const idl::Parameter& parameter, std::int64_t number) {
  if (!has_choices(parameter)) {
    return 0;
  }
  const std::size_t choices = parameter.kind == idl::ParameterKind::BOOL
                                  ? 2
                                  : std::max<std::size_t>(parameter.choices.size(), 1);
  const double golden = std::fmod(0.61803398875 * static_cast<double>(number), 1.0);
  return 0.5 * (golden - 0.5) / static_cast<double>(choices);
}

std::string slice_axis(const SvgFrame& frame, const idl::Parameter& parameter) {
  const std::vector<std::string> labels = axis_labels(parameter);
  const double bottom = frame.place().top + frame.place().height;
  std::string text = "<path class=\"axis\" d=\"M" + coordinate(frame.place().left) + " " +
                     coordinate(bottom) + "h" + coordinate(frame.place().width) + "\"/>";
  if (!has_choices(parameter)) {
    text += svg_text(frame.x(0), bottom + 15, "start", html_text(labels.front()));
    text += svg_text(frame.x(1), bottom + 15, "end", html_text(labels.back()));
    return text +
           svg_text(frame.x(0.5), bottom + 15, "middle", parameter.log ? "log" : "", "small");
  }
  const std::size_t stride = 1 + (labels.size() - 1) / kMostLabels;
  const std::size_t room = 36 / std::max<std::size_t>((labels.size() + stride - 1) / stride, 1);
  for (std::size_t i = 0; i < labels.size(); i += stride) {
    const double at = (static_cast<double>(i) + 0.5) / static_cast<double>(labels.size());
    text += svg_text(
        frame.x(at), bottom + 15, "middle", html_cut(labels[i], std::max<std::size_t>(room, 3)));
  }
  return text;
}

// The mean over everything else, with its spread over the trees.
std::string curve_drawing(const SvgFrame& frame,
                          const idl::Parameter& parameter,
                          const std::vector<idl::CurvePoint>& curve) {
  Points line;
  Points around;
  for (const idl::CurvePoint& point : curve) {
    line.emplace_back(axis_position(parameter, point.at), point.value);
    around.emplace_back(line.back().first, point.value + point.spread);
  }
  for (auto point = curve.rbegin(); point != curve.rend(); ++point) {
    around.emplace_back(axis_position(parameter, point->at), point->value - point->spread);
  }
  if (parameter.kind == idl::ParameterKind::CHOICE || parameter.kind == idl::ParameterKind::BOOL) {
    const double half = 0.4 / static_cast<double>(std::max<std::size_t>(curve.size(), 1));
    std::string text;
    for (const auto& [x, y] : line) {
      text += "<path class=\"mean\" d=\"" + frame.path({{x - half, y}, {x + half, y}}) + "\"/>";
    }
    return text;
  }
  return "<path class=\"band\" d=\"" + frame.path(around) + "Z\"/><path class=\"mean\" d=\"" +
         frame.path(line) + "\"/>";
}

// Values of the trials and of the curves of all parameters, so that slices can be compared.
std::pair<double, double> slice_range(const ReportData& data) {
  std::pair<double, double> range = value_range(data, false);
  for (const idl::ParameterImportance& one : data.report.importance.front().parameters) {
    for (const idl::CurvePoint& point : one.curve) {
      range.first = std::min(range.first, point.value);
      range.second = std::max(range.second, point.value);
    }
  }
  return range;
}

struct Axis {
  std::string name;
  const idl::Parameter* parameter = nullptr;  // null: the objective
  double x = 0;
};

std::vector<Axis> parallel_axes(const ReportData& data) {
  std::vector<Axis> axes;
  for (const idl::ParameterImportance& one : data.report.importance.front().parameters) {
    const idl::Parameter* parameter = find_parameter(data.spec(), one.parameter);
    if (parameter != nullptr && axes.size() < kMostAxes) {
      axes.push_back({one.parameter, parameter, 0});
    }
  }
  axes.push_back({first_objective(data.spec()).metric, nullptr, 0});
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto gaps = static_cast<double>(std::max<std::size_t>(axes.size() - 1, 1));
    axes[i].x = 60 + 770 * static_cast<double>(i) / gaps;
  }
  return axes;
}

std::string axis_drawing(const Axis& axis, const SvgFrame& frame, std::size_t room) {
  const double top = frame.place().top;
  const double bottom = top + frame.place().height;
  const std::string anchor = "middle";
  std::string text =
      "<path class=\"axis\" d=\"M" + coordinate(axis.x) + " " + coordinate(top) + "V" +
      coordinate(bottom) + "\"/>" +
      svg_text(axis.x, top - 12, anchor, html_text(shortened(axis.name, room)), "name");
  std::vector<std::pair<double, std::string>> labels;
  if (axis.parameter == nullptr) {
    for (const double tick : {0.0, 1.0}) {
      labels.emplace_back(tick, "");
    }
  } else {
    const std::vector<std::string> words = axis_labels(*axis.parameter);
    const std::size_t stride = 1 + (words.size() - 1) / kMostLabels;
    for (std::size_t i = 0; i < words.size(); i += stride) {
      const auto count = static_cast<double>(words.size());
      labels.emplace_back(has_choices(*axis.parameter) ? (static_cast<double>(i) + 0.5) / count
                                                       : static_cast<double>(i),
                          words[i]);
    }
  }
  for (const auto& [share, word] : labels) {
    const double y = bottom - share * frame.place().height;
    text += svg_text(axis.x + 5, y + 4, "start", html_cut(word, room), "halo");
  }
  return text;
}

}  // namespace

std::string slice_plot(const ReportData& data, const idl::ParameterImportance& importance) {
  const idl::Parameter* parameter = find_parameter(data.spec(), importance.parameter);
  const std::vector<RankedTrial> ranked = ranked_trials(data, kMostDots);
  if (parameter == nullptr || ranked.empty()) {
    return "";
  }
  const SvgFrame frame({52, 8, 240, 140}, {0, 1}, slice_range(data));
  std::string text = frame.y_axis(4) + slice_axis(frame, *parameter);
  for (const RankedTrial& one : ranked) {
    if (const idl::Value* value = find_value(*one.trial, *parameter)) {
      const double x =
          axis_position(*parameter, *value) + spread_out(*parameter, one.trial->number);
      text += "<circle class=\"" + rank_class(one.rank) + "\" cx=\"" + coordinate(frame.x(x)) +
              "\" cy=\"" + coordinate(frame.y(one.trial->value)) + "\" r=\"2.4\"><title>trial " +
              std::to_string(one.trial->number) + ": " + number_text(one.trial->value) + " at " +
              html_text(value_text(*value)) + "</title></circle>";
    }
  }
  text += curve_drawing(frame, *parameter, importance.curve);
  return svg(304, 172, "values against " + parameter->name, text);
}

std::string parallel_plot(const ReportData& data) {
  const std::vector<RankedTrial> ranked = ranked_trials(data, kMostLines);
  if (ranked.size() < 2 || data.report.importance.empty()) {
    return "";
  }
  const std::vector<Axis> axes = parallel_axes(data);
  const SvgFrame frame({60, 40, 770, 250}, {0, 1}, {0, 1});
  const auto [low, high] = value_range(data, false);
  // Inactive parameters are passed below their axis.
  const double below = frame.place().top + frame.place().height + 18;
  bool any_inactive = false;
  std::string text = "<g class=\"lines\">";
  for (const RankedTrial& one : ranked) {
    std::string path;
    for (const Axis& axis : axes) {
      double y = below;
      if (axis.parameter == nullptr) {
        y = frame.y((one.trial->value - low) / std::max(high - low, 1e-300));
      } else if (const idl::Value* value = find_value(*one.trial, *axis.parameter)) {
        y = frame.y(axis_position(*axis.parameter, *value) +
                    spread_out(*axis.parameter, one.trial->number));
      } else {
        any_inactive = true;
      }
      path += (path.empty() ? "M" : "L") + coordinate(axis.x) + " " + coordinate(y);
    }
    text += "<path class=\"" + rank_class(one.rank) + "\" d=\"" + path + "\">" +
            title_of(*one.trial) + "</path>";
  }
  text += "</g>";
  const std::size_t room = std::max<std::size_t>(6, 110 / axes.size());
  for (const Axis& axis : axes) {
    text += axis_drawing(axis, frame, room);
  }
  const double step = (high - low) / 5;
  text += svg_text(axes.back().x + 5, frame.y(0) + 4, "start", tick_text(low, step), "halo");
  text += svg_text(axes.back().x + 5, frame.y(1) + 4, "start", tick_text(high, step), "halo");
  if (any_inactive) {
    text += svg_text(54, below + 4, "end", "inactive", "small");
  }
  return svg(900, 325, "parameters of all trials", text);
}

}  // namespace automl::cli
