// SPDX-License-Identifier: Apache-2.0
#include "cli/report_figures.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <map>

#include "cli/result_text.hpp"
#include "cli/text.hpp"

namespace automl::cli {

namespace {

// The message with every number replaced, so that equal failures look equal.
std::string without_numbers(const std::string& message) {
  std::string result;
  for (const char c : message) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!digit) {
      result += c;
    } else if (result.empty() || result.back() != '#') {
      result += '#';
    }
  }
  return result;
}

double number_of(const idl::Value& value) {
  return value.__isset.real      ? value.real
         : value.__isset.integer ? static_cast<double>(value.integer)
                                 : 0;
}

std::string percent(double share) {
  const double rounded = std::round(1000 * share) / 10;
  return number_text(rounded >= 10 ? std::round(rounded) : rounded, 3) + "\u00a0%";
}

// " (about 1:40:00 and 3.3 GPU-hours)"; nothing while no trial was timed.
std::string cost_text(const ReportData& data, double trials) {
  const TrialTimes times = trial_times(data.trials);
  if (times.count == 0 || times.mean <= 0) {
    return "";
  }
  const double busy_s = trials * times.mean;
  std::string text = " (about " + trial_time_text(busy_s / std::max(1, data.spec().parallel));
  if (data.spec().resources.gpus > 0) {
    text += " and " + number_text(busy_s / 3600 * data.spec().resources.gpus, 2) + " GPU-hours";
  }
  return text + ")";
}

// 3100 of 3142.
std::string two_digits(double count) {
  const double power =
      std::pow(10, std::max(0.0, std::floor(std::log10(std::max(count, 1.0))) - 1));
  return std::to_string(std::llround(std::ceil(count / power) * power));
}

}  // namespace

bool ReportData::maximised() const { return first_objective(spec()).goal == idl::Goal::MAXIMIZE; }

std::vector<EndedTrial> ended_trials(const ReportData& data) {
  std::vector<EndedTrial> ended;
  for (const idl::Trial& trial : data.trials) {
    const bool complete = trial.state == idl::TrialState::COMPLETE && trial.__isset.value &&
                          std::isfinite(trial.value);
    if (complete || trial.state == idl::TrialState::COMPLETE ||
        trial.state == idl::TrialState::PRUNED || trial.state == idl::TrialState::FAILED) {
      EndedTrial one;
      one.trial = &trial;
      one.has_value = complete;
      ended.push_back(one);
    }
  }
  std::stable_sort(ended.begin(), ended.end(), [](const EndedTrial& a, const EndedTrial& b) {
    return a.trial->finish_order < b.trial->finish_order;
  });
  EndedTrial last;
  for (EndedTrial& one : ended) {
    const double value = one.has_value ? one.trial->value : 0;
    const bool counts = one.has_value && feasible(*one.trial);
    one.improves =
        counts && (!last.any_best || (data.maximised() ? value > last.best : value < last.best));
    one.any_best = last.any_best || counts;
    one.best = one.improves ? value : last.best;
    last = one;
  }
  return ended;
}

std::vector<FailureGroup> failure_groups(const std::vector<idl::Trial>& trials) {
  std::map<std::string, FailureGroup> groups;
  for (const idl::Trial& trial : trials) {
    if (trial.state == idl::TrialState::FAILED) {
      FailureGroup& group = groups[without_numbers(trial.reason)];
      if (group.count++ == 0) {
        group.message = trial.reason.empty() ? "no reason is known" : trial.reason;
        group.example = trial.number;
      }
    }
  }
  std::vector<FailureGroup> result;
  for (auto& [message, group] : groups) {
    result.push_back(std::move(group));
  }
  std::stable_sort(
      result.begin(), result.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  return result;
}

TrialTimes trial_times(const std::vector<idl::Trial>& trials) {
  TrialTimes times;
  for (const idl::Trial& trial : trials) {
    if (trial.started_ms <= 0 || trial.ended_ms < trial.started_ms) {
      continue;
    }
    const double took_s = static_cast<double>(trial.ended_ms - trial.started_ms) / 1e3;
    const auto start_ms = static_cast<double>(trial.started_ms);
    const bool first = times.count++ == 0;
    times.mean += took_s;
    times.shortest = first ? took_s : std::min(times.shortest, took_s);
    times.longest = std::max(times.longest, took_s);
    times.first_start_ms = first ? start_ms : std::min(times.first_start_ms, start_ms);
    times.last_end_ms = std::max(times.last_end_ms, static_cast<double>(trial.ended_ms));
  }
  times.mean /= static_cast<double>(std::max<std::int64_t>(times.count, 1));
  return times;
}

bool has_choices(const idl::Parameter& parameter) {
  return parameter.kind != idl::ParameterKind::FLOAT && parameter.kind != idl::ParameterKind::INT;
}

std::string shortened(const std::string& name, std::size_t width) {
  const std::string text = shown(name);
  if (width_of(text) <= width) {
    return text;
  }
  const std::string head = cut(text, (width + 2) * 2 / 5);
  const std::size_t room = width - width_of(head);
  std::string tail = text;
  while (!tail.empty() && width_of(tail) > room) {
    tail.erase(0, 1);
    while (!tail.empty() && (static_cast<unsigned char>(tail[0]) & 0xC0) == 0x80) {
      tail.erase(0, 1);  // of the same character
    }
  }
  return head + tail;
}

double axis_position(const idl::Parameter& parameter, const idl::Value& value) {
  if (parameter.kind == idl::ParameterKind::BOOL) {
    return value.flag ? 0.75 : 0.25;
  }
  if (has_choices(parameter)) {
    const auto found = std::find(parameter.choices.begin(), parameter.choices.end(), value);
    const auto index = static_cast<double>(found - parameter.choices.begin());
    const auto count = static_cast<double>(std::max<std::size_t>(parameter.choices.size(), 1));
    return std::clamp((index + 0.5) / count, 0.0, 1.0);
  }
  const auto place = [&](double x) { return parameter.log ? std::log(std::max(x, 1e-300)) : x; };
  const double low = place(parameter.low);
  const double high = place(parameter.high);
  const double share = high > low ? (place(number_of(value)) - low) / (high - low) : 0.5;
  return std::clamp(share, 0.0, 1.0);
}

std::vector<std::string> axis_labels(const idl::Parameter& parameter) {
  if (parameter.kind == idl::ParameterKind::BOOL) {
    return {"false", "true"};
  }
  if (!has_choices(parameter)) {
    return {number_text(parameter.low, 4), number_text(parameter.high, 4)};
  }
  std::vector<std::string> labels;
  for (const idl::Value& choice : parameter.choices) {
    labels.push_back(value_text(choice));
  }
  return labels;
}

const idl::Value* find_value(const idl::Trial& trial, const idl::Parameter& parameter) {
  for (const idl::Assignment& one : trial.configuration) {
    if (one.parameter == parameter.name) {
      const auto& choices = parameter.choices;
      const bool there =
          choices.empty() || std::find(choices.begin(), choices.end(), one.value) != choices.end();
      return there ? &one.value : nullptr;
    }
  }
  return nullptr;
}

const idl::Parameter* find_parameter(const idl::StudySpec& spec, const std::string& name) {
  for (const idl::Parameter& one : spec.space) {
    if (one.name == name) {
      return &one;
    }
  }
  return nullptr;
}

std::string decimal_text(double value, int decimals) {
  char text[64];
  const double least = 0.5 * std::pow(10, -decimals);
  std::snprintf(text, sizeof text, "%.*f", decimals, std::abs(value) < least ? 0.0 : value);
  return text;
}

std::string trial_time_text(double seconds) {
  return seconds < 10 ? number_text(seconds, 2) + " s" : duration_text(seconds);
}

std::string remaining_text(const ReportData& data) {
  const idl::StudyReport& report = data.report;
  if (!report.__isset.remaining || report.remaining.expected.empty()) {
    return "";
  }
  const idl::RemainingGain& gain = report.remaining;
  const std::string sure = percent(gain.certainty);
  const std::string tolerance = number_text(gain.tolerance, 3);
  const std::string text = "The next " + count_text(std::ssize(gain.expected), "trial") +
                           cost_text(data, static_cast<double>(gain.expected.size())) +
                           " are expected to gain " + number_text(gain.expected.back(), 3) +
                           ", any number of them " + number_text(gain.possible, 3) + ". ";
  return gain.stop
             ? "Stop here: with " + sure + " certainty no configuration is better by more than " +
                   tolerance + ". " + text.substr(0, text.size() - 1)
             : text + "Going on may be worth it: that nothing is better by more than " + tolerance +
                   " has a certainty of only " + sure + ".";
}

std::string random_text(const idl::StudyReport& report) {
  if (!report.__isset.shadow || report.shadow.points.empty()) {
    return "";
  }
  const idl::ShadowPoint& last = report.shadow.points.back();
  std::string text = "Random search would stand at " + number_text(last.expected, 4) + " (" +
                     number_text(last.low, 4) + " to " + number_text(last.high, 4) + ") after " +
                     count_text(last.trials, "trial") + ", and would need ";
  text += report.shadow.__isset.trials_to_best
              ? "about " + two_digits(report.shadow.trials_to_best) +
                    " trials to find a value as good as the best"
              : "more trials than can be told to find a value as good as the best";
  return text + ".";
}

}  // namespace automl::cli
