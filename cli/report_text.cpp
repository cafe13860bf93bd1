// SPDX-License-Identifier: Apache-2.0
#include "cli/report_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/board_text.hpp"
#include "cli/report_front.hpp"
#include "cli/result_text.hpp"
#include "cli/text_plot.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kWidest = 120;
constexpr std::size_t kPlotRows = 10;
constexpr std::size_t kParametersShown = 12;
constexpr std::size_t kInteractionsShown = 5;
constexpr std::size_t kFailuresShown = 5;
constexpr std::size_t kFrontShown = 15;
constexpr double kWorthShowing = 0.01;  // share of the variance of an interaction

std::string head(const ReportData& data, const Screen& screen, std::size_t width) {
  const idl::StudyStatus& status = data.report.status;
  std::string counts;
  const auto add = [&counts](std::int64_t count, const char* word) {
    if (count > 0) {
      counts += (counts.empty() ? "" : ", ") + std::to_string(count) + " " + word;
    }
  };
  add(status.trials_complete, "complete");
  add(status.trials_infeasible, "of them infeasible");
  add(status.trials_pruned, "pruned");
  add(status.trials_failed, "failed");
  add(status.trials_running, "running");
  add(status.trials_waiting, "waiting");
  add(status.trials_paused, "paused");
  add(status.trials_cancelled, "cancelled");
  std::string text = "study " + screen.bold(shown(data.spec().name)) + "  •  " +
                     state_word(status.study.state) + "  •  " +
                     (counts.empty() ? "no trials yet" : counts) + "\n";
  text += wrapped(shown(status.study.algorithm_note), width) + "\n";
  if (status.__isset.best) {
    const std::string best = "best  " + number_text(status.best.value, 6) + "  trial " +
                             std::to_string(status.best.number) + "  ";
    text += "\n" + screen.bold(best) +
            wrapped(configuration_text(status.best.configuration), width, width_of(best)) + "\n";
  }
  if (several_objectives(data.spec()) && status.front_size > 0) {
    text += "\n" + screen.bold(wrapped(shown(front_text(status)), width)) + "\n";
  } else if (status.trials_complete > 0 && status.trials_infeasible == status.trials_complete) {
    text += "\nno trial keeps to all constraints\n";
  }
  const std::string comparison = comparison_text(status);
  return text + (comparison.empty() ? "" : wrapped(comparison, width) + "\n");
}

// The front as a plot where there are two objectives, and its trials.
std::string front(const ReportData& data, const Screen& screen, std::size_t width) {
  const std::vector<const idl::Trial*> trials = front_trials(data);
  if (!several_objectives(data.spec()) || trials.empty()) {
    return "";
  }
  std::string text;
  if (const std::string plot = front_text_plot(data, width, kPlotRows + 4); !plot.empty()) {
    text += "\n" +
            wrapped(shown(data.spec().objectives[1].metric) + " (upwards) against " +
                        shown(data.spec().objectives[0].metric) +
                        "   ● the front   · other trials   × infeasible",
                    width) +
            "\n" + plot;
  }
  text += "\n" + screen.bold("the front") + "\n";
  for (std::size_t i = 0; i < std::min(trials.size(), kFrontShown); ++i) {
    const std::string line = padded(std::to_string(trials[i]->number), 6, true) + "  " +
                             shown(values_text(data.spec(), *trials[i])) + "  ";
    text += cut(line + configuration_text(trials[i]->configuration), width) + "\n";
  }
  if (trials.size() > kFrontShown) {
    text += "     … and " +
            count_text(static_cast<std::int64_t>(trials.size() - kFrontShown), "other") +
            "; automl board " + shown(data.spec().name) + " lists them\n";
  }
  return text;
}

std::string best_so_far(const ReportData& data, const Screen& screen, std::size_t width) {
  if (several_objectives(data.spec())) {
    return front(data, screen, width);
  }
  TextPlot plot;
  for (const EndedTrial& one : ended_trials(data)) {
    if (one.any_best) {
      plot.line.push_back(one.best);
    } else {
      plot.first += 1;
    }
  }
  if (plot.line.size() < 2) {
    return "";
  }
  for (const idl::ShadowPoint& point : data.report.shadow.points) {
    plot.band.push_back({static_cast<double>(point.trials), point.low, point.expected, point.high});
  }
  std::string text = "\n" + screen.bold("best " + shown(first_objective(data.spec()).metric)) +
                     " after each ended trial\n";
  text += plot.band.empty() ? "" : "── this study   ··░ random search, 80 % of runs\n";
  return text + plot.text(width, kPlotRows);
}

std::string share_text(double share, double spread) {
  return padded(decimal_text(100 * share, 1), 5, true) + " % ± " +
         padded(decimal_text(100 * spread, 1), 4, true);
}

std::string importance_of(const idl::ObjectiveImportance& importance,
                          const Screen& screen,
                          std::size_t width) {
  if (importance.trials < 2 || importance.parameters.empty()) {
    return "";
  }
  struct Line {
    std::string name;
    double share;
    double spread;
    std::string more;
  };
  std::vector<Line> lines;
  for (const idl::ParameterImportance& one : importance.parameters) {
    if (lines.size() < kParametersShown) {
      lines.push_back({shown(one.parameter),
                       one.share,
                       one.spread,
                       padded(decimal_text(one.permutation, 2), 7, true)});
    }
  }
  for (const idl::InteractionImportance& pair : importance.interactions) {
    if (lines.size() <
            std::min(importance.parameters.size(), kParametersShown) + kInteractionsShown &&
        pair.share >= kWorthShowing) {
      lines.push_back({shortened(pair.first, 24) + " × " + shortened(pair.second, 24),
                       pair.share,
                       pair.spread,
                       ""});
    }
  }
  std::size_t names = 0;
  for (const Line& line : lines) {
    names = std::max(names, width_of(line.name));
  }
  constexpr std::size_t kNumbers = 15 + 2 + 7;
  names = std::min(names, width - kNumbers - 6 - std::min<std::size_t>(12, width / 4));
  const std::size_t bars = std::clamp<std::size_t>(width - names - kNumbers - 6, 8, 50);
  std::string text = "\n" + screen.bold("what " + shown(importance.metric) + " depends on") + "\n";
  text += wrapped(
              "Share of its variance over the space that a parameter explains by itself, or a pair "
              "together, ± spread over the trees of a forest. It explains " +
                  decimal_text(100 * std::max(importance.explained, 0.0), 0) +
                  " % of the variance of trials it has not seen (" +
                  count_text(importance.trials, "trial") +
                  "). Last column: growth of its error when the values are shuffled.",
              width) +
          "\n";
  for (const Line& line : lines) {
    text += "  " + padded(shortened(line.name, names), names) + "  " +
            screen.good(padded(bar_of(line.share, bars), bars)) + " " +
            share_text(line.share, line.spread) + line.more + "\n";
  }
  if (importance.parameters.size() > kParametersShown) {
    text +=
        "  … " +
        count_text(std::ssize(importance.parameters) - static_cast<std::int64_t>(kParametersShown),
                   "parameter") +
        " of less importance\n";
  }
  return text;
}

std::string failures(const ReportData& data, const Screen& screen, std::size_t width) {
  const std::vector<FailureGroup> groups = failure_groups(data.trials);
  if (groups.empty()) {
    return "";
  }
  std::string text = "\n" + screen.bold("failures") + "\n";
  std::size_t widest = 0;
  for (std::size_t i = 0; i < std::min(groups.size(), kFailuresShown); ++i) {
    widest = std::max(widest, width_of(shown(groups[i].message)));
  }
  for (std::size_t i = 0; i < std::min(groups.size(), kFailuresShown); ++i) {
    const std::string count = padded(std::to_string(groups[i].count), 5, true) + "  ";
    const std::string where =
        "  automl logs " + shown(data.spec().name) + "/" + std::to_string(groups[i].example);
    const std::size_t room =
        std::max<std::size_t>(width - std::min(width, width_of(count) + width_of(where)), 20);
    text += screen.bad(count) +
            padded(cut(shown(groups[i].message), room), std::min(room, widest)) +
            screen.faint(where) + "\n";
  }
  if (groups.size() > kFailuresShown) {
    text += "  and " + count_text(std::ssize(groups) - 5, "other message") + "\n";
  }
  return text;
}

// How many trials ended in each of equal stretches of time.
std::string over_time(const ReportData& data, const Screen& screen, std::size_t width) {
  static constexpr std::array<const char*, 8> kLevels = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const TrialTimes times = trial_times(data.trials);
  if (times.count < 2 || times.last_end_ms <= times.first_start_ms) {
    return "";
  }
  const std::size_t bins = std::clamp<std::size_t>(width - 24, 10, 60);
  std::vector<std::int64_t> counts(bins, 0);
  const double span_ms = times.last_end_ms - times.first_start_ms;
  for (const idl::Trial& trial : data.trials) {
    if (trial.started_ms > 0 && trial.ended_ms >= trial.started_ms) {
      const double share = (static_cast<double>(trial.ended_ms) - times.first_start_ms) / span_ms;
      ++counts[std::min(bins - 1, static_cast<std::size_t>(share * static_cast<double>(bins)))];
    }
  }
  const auto most = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
  std::string line;
  for (const std::int64_t count : counts) {
    const auto level = static_cast<std::size_t>(std::ceil(8 * static_cast<double>(count) / most));
    line += count == 0 ? " " : kLevels[std::min<std::size_t>(level, 8) - 1];
  }
  return "\n" + screen.bold("trials over time") + "\n  " + line + "  in " +
         duration_text(span_ms / 1e3) + "\n  a trial took " + trial_time_text(times.mean) +
         " on average, " + trial_time_text(times.shortest) + " to " +
         trial_time_text(times.longest) + "\n";
}

}  // namespace

std::string report_text(const ReportData& data, const Screen& screen) {
  // Files and pipes have no width of their own.
  const std::size_t width =
      screen.terminal ? std::clamp<std::size_t>(screen.width, 40, kWidest) : 80;
  std::string text = head(data, screen, width);
  text += best_so_far(data, screen, width);
  const std::string random = random_text(data.report);
  text += random.empty() ? "" : wrapped(random, width) + "\n";
  for (const idl::ObjectiveImportance& one : data.report.importance) {
    text += importance_of(one, screen, width);
  }
  const std::string remaining = remaining_text(data);
  if (!remaining.empty()) {
    text += "\n" + screen.bold("what is left to gain") + "\n" + wrapped(remaining, width) + "\n";
  }
  text += failures(data, screen, width);
  text += over_time(data, screen, width);
  for (const std::string& note : data.report.notes) {
    text += "\n" + screen.faint(wrapped("note: " + shown(note), width)) + "\n";
  }
  return text;
}

}  // namespace automl::cli
