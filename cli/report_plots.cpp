// SPDX-License-Identifier: Apache-2.0
#include "cli/report_plots.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/result_text.hpp"
#include "cli/svg_frame.hpp"
#include "cli/text.hpp"

namespace automl::cli {

namespace {

using Points = std::vector<std::pair<double, double>>;

constexpr std::size_t kMostDots = 1500;
constexpr std::size_t kMostBars = 3000;
constexpr std::size_t kMostLanes = 40;

std::string drawn(const std::string& css_class, const std::string& path) {
  return "<path class=\"" + css_class + "\" d=\"" + path + "\"/>";
}

std::string shadow_drawing(const SvgFrame& frame, const std::vector<idl::ShadowPoint>& points) {
  Points middle;
  Points around;
  for (const idl::ShadowPoint& point : points) {
    middle.emplace_back(point.trials, point.expected);
    around.emplace_back(point.trials, point.high);
  }
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    around.emplace_back(point->trials, point->low);
  }
  return points.empty()
             ? ""
             : drawn("band", frame.path(around) + "Z") + drawn("shadow", frame.path(middle));
}

std::string trial_dots(const idl::StudySpec& spec,
                       const SvgFrame& frame,
                       const std::vector<EndedTrial>& ended) {
  const std::size_t stride = 1 + ended.size() / kMostDots;
  std::string text;
  for (std::size_t i = 0; i < ended.size(); ++i) {
    const EndedTrial& one = ended[i];
    if (one.has_value && (one.improves || i % stride == 0)) {
      const auto order = static_cast<double>(i + 1);
      text += "<circle class=\"" +
              std::string(one.improves           ? "dot good"
                          : feasible(*one.trial) ? "dot"
                                                 : "dot miss") +
              "\" cx=\"" + coordinate(frame.x(order)) + "\" cy=\"" +
              coordinate(frame.y(one.trial->value)) + "\" r=\"" + (one.improves ? "3.5" : "2.2") +
              "\"><title>trial " + std::to_string(one.trial->number) + ": " +
              number_text(one.trial->value) +
              (one.improves ? "\n" + html_text(configuration_text(one.trial->configuration)) : "") +
              (feasible(*one.trial) ? "" : "\n" + html_text(missed_text(spec, *one.trial))) +
              "</title></circle>";
    }
  }
  return text;
}

}  // namespace

std::pair<double, double> value_range(const ReportData& data, bool with_shadow) {
  const double sign = data.maximised() ? -1 : 1;
  std::vector<double> values;  // to be minimised
  const std::vector<EndedTrial> ended = ended_trials(data);
  // Infeasible ones may be far off, so they count only where there is nothing else.
  const bool any_feasible = std::any_of(ended.begin(), ended.end(), [](const EndedTrial& one) {
    return one.has_value && feasible(*one.trial);
  });
  for (const EndedTrial& one : ended) {
    if (one.has_value && (!any_feasible || feasible(*one.trial))) {
      values.push_back(sign * one.trial->value);
    }
  }
  if (values.empty()) {
    return {0, 1};
  }
  std::sort(values.begin(), values.end());
  const double best = values.front();
  const double median = values[values.size() / 2];
  double worst = std::min(values.back(), median + 2 * (median - best));
  if (with_shadow) {
    const std::size_t early = ended.size() / 20;
    for (std::size_t i = early; i < ended.size(); ++i) {
      worst = ended[i].any_best ? std::max(worst, sign * ended[i].best) : worst;
    }
    for (const idl::ShadowPoint& point : data.report.shadow.points) {
      if (point.trials > static_cast<std::int64_t>(early)) {
        worst = std::max(worst, sign * point.expected);
      }
    }
  }
  const double margin = 0.04 * (worst - best);
  const double low = best - margin;
  const double high = worst + margin;
  return sign < 0 ? std::pair{-high, -low} : std::pair{low, high};
}

std::string best_plot(const ReportData& data) {
  const std::vector<EndedTrial> ended = ended_trials(data);
  Points line;
  for (std::size_t i = 0; i < ended.size(); ++i) {
    if (ended[i].any_best && (line.empty() || ended[i].improves || i + 1 == ended.size())) {
      line.emplace_back(static_cast<double>(i + 1), ended[i].best);
    }
  }
  if (line.empty()) {
    return "";
  }
  const SvgFrame frame({64, 12, 820, 270},
                       {1, std::max(2.0, static_cast<double>(ended.size()))},
                       value_range(data, true));
  std::string text = frame.y_axis(6) + frame.x_axis(8) + frame.x_title("ended trials");
  text += shadow_drawing(frame, data.report.shadow.points);
  text += trial_dots(data.spec(), frame, ended) + drawn("best", frame.steps(line));
  return svg(900, 325, "best value after each trial", text);
}

std::string gain_plot(const idl::RemainingGain& gain) {
  if (gain.expected.empty()) {
    return "";
  }
  const double most =
      1.08 * std::max({gain.possible, gain.expected.back(), gain.tolerance, 1e-300});
  const auto count = static_cast<double>(gain.expected.size());
  const SvgFrame frame({64, 12, 400, 170}, {0, count}, {0, most});
  Points line = {{0, 0}};
  for (std::size_t i = 0; i < gain.expected.size(); ++i) {
    line.emplace_back(static_cast<double>(i + 1), gain.expected[i]);
  }
  const auto level = [&](const char* css_class, double value, const char* title) {
    return drawn(css_class, frame.path({{0, value}, {count, value}})) +
           svg_text(466, frame.y(value) - 4, "end", title, "small");
  };
  std::string text = frame.y_axis(4) + frame.x_axis(5) + frame.x_title("further trials");
  text += level("shadow", gain.possible, "by any number of trials");
  if (gain.tolerance < 0.85 * gain.possible || gain.tolerance > 1.15 * gain.possible) {
    text += level("limit", gain.tolerance, "tolerance");
  }
  return svg(480, 225, "expected gain of further trials", text + drawn("best", frame.path(line)));
}

std::string time_plot(const ReportData& data) {
  const TrialTimes times = trial_times(data.trials);
  if (times.count < 2 || times.last_end_ms <= times.first_start_ms) {
    return "";
  }
  std::vector<const idl::Trial*> trials;
  for (const idl::Trial& trial : data.trials) {
    if (trial.started_ms > 0 && trial.ended_ms >= trial.started_ms) {
      trials.push_back(&trial);
    }
  }
  std::stable_sort(trials.begin(), trials.end(), [](const idl::Trial* a, const idl::Trial* b) {
    return a->started_ms < b->started_ms;
  });
  if (trials.size() > kMostBars) {
    trials.resize(kMostBars);
  }
  std::vector<std::int64_t> lanes;  // when each is free
  std::vector<std::size_t> lane_of;
  for (const idl::Trial* trial : trials) {
    auto lane = std::find_if(
        lanes.begin(), lanes.end(), [&](std::int64_t free) { return free <= trial->started_ms; });
    if (lane == lanes.end() && lanes.size() < kMostLanes) {
      lane = lanes.insert(lanes.end(), 0);
    } else if (lane == lanes.end()) {
      lane = std::min_element(lanes.begin(), lanes.end());
    }
    *lane = trial->ended_ms;
    lane_of.push_back(static_cast<std::size_t>(lane - lanes.begin()));
  }
  const double high = lanes.size() > 12 ? 8 : 16;
  const double span_s = (times.last_end_ms - times.first_start_ms) / 1e3;
  const bool hours = span_s > 7200;
  const bool minutes = !hours && span_s > 180;
  const double unit_s = hours ? 3600 : minutes ? 60 : 1;
  const SvgFrame frame(
      {64, 8, 820, high * static_cast<double>(lanes.size())}, {0, span_s / unit_s}, {0, 1});
  std::string text = frame.x_axis(8);
  text += frame.x_title(hours ? "hours" : minutes ? "minutes" : "seconds");
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const idl::Trial& trial = *trials[i];
    const auto at = [&](std::int64_t ms) {
      return frame.x((static_cast<double>(ms) - times.first_start_ms) / 1e3 / unit_s);
    };
    const double width = std::max(1.0, at(trial.ended_ms) - at(trial.started_ms) - 1);
    text += "<rect class=\"" + std::string(state_word(trial.state)) + "\" x=\"" +
            coordinate(at(trial.started_ms)) + "\" y=\"" +
            coordinate(8 + high * static_cast<double>(lane_of[i])) + "\" width=\"" +
            coordinate(width) + "\" height=\"" + coordinate(high - 2) +
            "\" rx=\"2\"><title>trial " + std::to_string(trial.number) + " " +
            state_word(trial.state) + ", " +
            duration_text(static_cast<double>(trial.ended_ms - trial.started_ms) / 1e3) +
            (trial.__isset.value ? ", " + number_text(trial.value) : "") + "</title></rect>";
  }
  return svg(900, frame.place().height + 56, "when trials ran", text);
}

std::vector<RankedTrial> ranked_trials(const ReportData& data, std::size_t most) {
  std::vector<const idl::Trial*> all;
  for (const EndedTrial& one : ended_trials(data)) {
    if (one.has_value) {
      all.push_back(one.trial);
    }
  }
  const double sign = data.maximised() ? -1 : 1;
  std::stable_sort(all.begin(), all.end(), [&](const idl::Trial* a, const idl::Trial* b) {
    return std::pair(a->violation, sign * a->value) < std::pair(b->violation, sign * b->value);
  });
  const double last = std::max(1.0, static_cast<double>(all.size()) - 1);
  std::vector<RankedTrial> ranked;
  const std::size_t sure = all.size() > most ? most / 2 : all.size();
  for (std::size_t i = 0; i < sure; ++i) {
    ranked.push_back({all[i], static_cast<double>(i) / last});
  }
  for (std::size_t k = 0; sure < all.size() && k < most - sure; ++k) {
    const std::size_t i = sure + k * (all.size() - sure) / (most - sure);
    ranked.push_back({all[i], static_cast<double>(i) / last});
  }
  std::reverse(ranked.begin(), ranked.end());
  return ranked;
}

std::string rank_class(double rank) {
  return rank < 0.05 ? "q0" : rank < 0.25 ? "q1" : rank < 0.5 ? "q2" : rank < 0.75 ? "q3" : "q4";
}

}  // namespace automl::cli
