// SPDX-License-Identifier: Apache-2.0
#include "cli/report_front.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/report_plots.hpp"
#include "cli/result_text.hpp"
#include "cli/svg_frame.hpp"
#include "cli/text.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kMostDots = 1500;

using Range = std::pair<double, double>;

// Complete, with a finite value for every objective.
bool whole(const idl::StudySpec& spec, const idl::Trial& trial) {
  return trial.state == idl::TrialState::COMPLETE &&
         trial.values.size() == spec.objectives.size() &&
         std::all_of(trial.values.begin(), trial.values.end(), [](double value) {
           return std::isfinite(value);
         });
}

bool dominates(const idl::StudySpec& spec, const idl::Trial& a, const idl::Trial& b) {
  bool better = false;
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    const double by = gain(spec.objectives[i], a.values[i], b.values[i]);
    if (by < 0) {
      return false;
    }
    better = better || by > 0;
  }
  return better;
}

// What to show of one objective: the front and at most as much again on both sides; trials farther
// off are drawn at the edge. All of them when the front is but a point.
Range range_of(std::size_t objective,
               const std::vector<const idl::Trial*>& trials,
               const std::vector<const idl::Trial*>& front) {
  const auto extremes = [objective](const std::vector<const idl::Trial*>& of) {
    Range range{INFINITY, -INFINITY};
    for (const idl::Trial* trial : of) {
      range.first = std::min(range.first, trial->values[objective]);
      range.second = std::max(range.second, trial->values[objective]);
    }
    return range;
  };
  Range range = extremes(trials);
  if (front.size() > 1) {
    const Range inner = extremes(front);
    const double extent = std::max(inner.second - inner.first, 0.2 * (range.second - range.first));
    range.first = std::max(range.first, inner.first - extent);
    range.second = std::min(range.second, inner.second + extent);
  }
  const double margin = range.second > range.first ? 0.05 * (range.second - range.first)
                                                   : std::max(0.05 * std::abs(range.first), 1e-12);
  return {range.first - margin, range.second + margin};
}

struct Drawing {
  std::vector<const idl::Trial*> trials;  // whole ones; the front last
  std::vector<const idl::Trial*> front;
  Range x;
  Range y;
};

Drawing drawing_of(const ReportData& data) {
  Drawing drawing;
  if (data.spec().objectives.size() != 2) {
    return drawing;
  }
  for (const idl::Trial& trial : data.trials) {
    if (whole(data.spec(), trial)) {
      drawing.trials.push_back(&trial);
    }
  }
  drawing.front = front_trials(data);
  if (!drawing.trials.empty()) {
    drawing.x = range_of(0, drawing.trials, drawing.front);
    drawing.y = range_of(1, drawing.trials, drawing.front);
  }
  return drawing;
}

std::string dot(const ReportData& data,
                const SvgFrame& frame,
                const idl::Trial& trial,
                bool on_front) {
  const std::string missed = missed_text(data.spec(), trial);
  return "<circle class=\"" +
         std::string(on_front          ? "dot good"
                     : feasible(trial) ? "dot"
                                       : "dot miss") +
         "\" cx=\"" + coordinate(frame.x(trial.values[0])) + "\" cy=\"" +
         coordinate(frame.y(trial.values[1])) + "\" r=\"" + (on_front ? "4" : "2.6") +
         "\"><title>trial " + std::to_string(trial.number) + ": " +
         html_text(values_text(data.spec(), trial)) +
         (missed.empty() ? "" : "\n" + html_text(missed)) + "\n" +
         html_text(configuration_text(trial.configuration)) + "</title></circle>";
}

}  // namespace

std::vector<const idl::Trial*> front_trials(const ReportData& data) {
  const idl::StudySpec& spec = data.spec();
  std::vector<const idl::Trial*> front;
  for (const idl::Trial& trial : data.trials) {
    if (!whole(spec, trial) || !feasible(trial) ||
        std::any_of(front.begin(), front.end(), [&](const idl::Trial* other) {
          return dominates(spec, *other, trial);
        })) {
      continue;
    }
    std::erase_if(front, [&](const idl::Trial* other) { return dominates(spec, trial, *other); });
    front.push_back(&trial);
  }
  std::stable_sort(front.begin(), front.end(), [&](const idl::Trial* a, const idl::Trial* b) {
    return gain(first_objective(spec), a->values[0], b->values[0]) > 0;
  });
  return front;
}

std::string front_plot(const ReportData& data) {
  const Drawing drawing = drawing_of(data);
  if (drawing.trials.empty()) {
    return "";
  }
  const idl::StudySpec& spec = data.spec();
  const SvgFrame frame({64, 30, 820, 320}, drawing.x, drawing.y);
  std::string text = frame.y_axis(6) + frame.x_axis(8) + frame.x_title(spec.objectives[0].metric) +
                     svg_text(64, 18, "start", html_cut(spec.objectives[1].metric, 40), "name");
  const std::size_t stride = 1 + drawing.trials.size() / kMostDots;
  for (std::size_t i = 0; i < drawing.trials.size(); i += stride) {
    text += dot(data, frame, *drawing.trials[i], false);
  }
  // Between its trials the front is what they dominate: first along one axis, then the other.
  std::vector<std::pair<double, double>> line;
  for (const idl::Trial* trial : drawing.front) {
    line.emplace_back(trial->values[0], trial->values[1]);
  }
  text += line.empty() ? "" : "<path class=\"front\" d=\"" + frame.steps(line) + "\"/>";
  for (const idl::Trial* trial : drawing.front) {
    text += dot(data, frame, *trial, true);
  }
  return svg(900, 405, "both objectives of all trials", text);
}

std::string front_text_plot(const ReportData& data, std::size_t width, std::size_t height) {
  const Drawing drawing = drawing_of(data);
  if (drawing.trials.empty() || height < 2) {
    return "";
  }
  const auto label = [](double value) { return number_text(value, 4); };
  const std::string top = label(drawing.y.second);
  const std::string bottom = label(drawing.y.first);
  const std::size_t margin = std::max(width_of(top), width_of(bottom));
  const std::size_t columns = std::max<std::size_t>(width, 30) - margin - 3;
  std::vector<std::vector<const char*>> grid(height, std::vector<const char*>(columns, " "));
  const auto put = [&](const idl::Trial& trial, const char* mark) {
    const auto share = [](double value, const Range& range) {
      return std::clamp((value - range.first) / (range.second - range.first), 0.0, 1.0);
    };
    const auto column = static_cast<std::size_t>(
        std::lround(share(trial.values[0], drawing.x) * static_cast<double>(columns - 1)));
    const auto row = static_cast<std::size_t>(
        std::lround((1 - share(trial.values[1], drawing.y)) * static_cast<double>(height - 1)));
    grid[row][column] = mark;
  };
  for (const bool last : {false, true}) {
    for (const idl::Trial* trial : drawing.trials) {
      if (feasible(*trial) == last) {
        put(*trial, last ? "·" : "×");
      }
    }
  }
  for (const idl::Trial* trial : drawing.front) {
    put(*trial, "●");
  }
  std::string text;
  for (std::size_t row = 0; row < height; ++row) {
    const std::string name = row == 0 ? top : row + 1 == height ? bottom : "";
    std::string cells;
    for (const char* cell : grid[row]) {
      cells += cell;
    }
    cells.erase(cells.find_last_not_of(' ') + 1);
    text += padded(name, margin, true) + (name.empty() ? " │" : " ┤") + cells + "\n";
  }
  text += std::string(margin + 1, ' ') + "└";
  for (std::size_t c = 0; c < columns; ++c) {
    text += "─";
  }
  const std::string low = label(drawing.x.first);
  return text + "\n" + std::string(margin + 2, ' ') + low +
         padded(label(drawing.x.second), columns - std::min(columns, width_of(low)), true) + "\n";
}

}  // namespace automl::cli
