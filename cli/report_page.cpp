// SPDX-License-Identifier: Apache-2.0
#include "cli/report_page.hpp"

#include <algorithm>
#include <cmath>

#include "cli/board_text.hpp"
#include "cli/report_front.hpp"
#include "cli/report_plots.hpp"
#include "cli/report_style.hpp"
#include "cli/result_text.hpp"
#include "cli/svg_frame.hpp"
#include "cli/text.hpp"
#include "idl/version.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kParametersShown = 24;
constexpr std::size_t kInteractionsShown = 8;
constexpr std::size_t kBestShown = 10;
constexpr std::size_t kFrontShown = 40;
constexpr double kWorthShowing = 0.005;  // share of the variance of an interaction

std::string section(const std::string& title, const std::string& content) {
  return content.empty() ? "" : "<section><h2>" + title + "</h2>\n" + content + "</section>\n";
}

std::string paragraph(const std::string& text, const std::string& css_class = "") {
  return text.empty() ? ""
                      : "<p" + (css_class.empty() ? "" : " class=\"" + css_class + "\"") + ">" +
                            html_text(text) + "</p>\n";
}

std::string tile(const std::string& value, const std::string& what) {
  return "<div class=\"tile\"><b>" + html_text(value) + "</b><span>" + html_text(what) +
         "</span></div>";
}

std::string head(const ReportData& data) {
  const idl::StudyStatus& status = data.report.status;
  const idl::Study& study = status.study;
  std::string text = "<h1>" + html_text(study.spec.name) + "</h1>\n";
  const std::int64_t end_ms = study.ended_ms > 0 ? study.ended_ms : status.now_ms;
  text += paragraph(std::string(state_word(study.state)) +
                        (study.reason.empty() ? "" : " (" + study.reason + ")") + " · started " +
                        local_time(study.created_ms) + " by " + study.owner,
                    "soft");
  text += paragraph(study.algorithm_note, "soft");
  text += "<div class=\"tiles\">";
  if (status.__isset.best) {
    text += tile(number_text(status.best.value, 6),
                 "best " + first_objective(study.spec).metric + ", trial " +
                     std::to_string(status.best.number));
  } else if (several_objectives(study.spec)) {
    text += tile(std::to_string(status.front_size),
                 status.front_size == 1 ? "trial on the front" : "trials on the front");
  }
  text += tile(std::to_string(status.trials_complete),
               status.trials_complete == 1 ? "complete trial" : "complete trials");
  if (status.trials_infeasible > 0) {
    text += tile(std::to_string(status.trials_infeasible), "infeasible");
  }
  if (status.trials_failed > 0) {
    text += tile(std::to_string(status.trials_failed), "failed");
  }
  if (status.trials_pruned > 0) {
    text += tile(std::to_string(status.trials_pruned), "pruned");
  }
  const std::int64_t open = status.trials_running + status.trials_waiting;
  if (open > 0) {
    text += tile(std::to_string(open), "running or waiting");
  }
  if (status.trials_paused > 0) {
    text += tile(std::to_string(status.trials_paused), "paused");
  }
  text += tile(duration_text(static_cast<double>(end_ms - study.created_ms) / 1e3), "elapsed");
  const TrialTimes times = trial_times(data.trials);
  if (times.count > 0) {
    text += tile(trial_time_text(times.mean), "a trial on average");
  }
  text += "</div>\n";
  if (status.__isset.best) {
    text += "<p><b>Best configuration</b> <code>" +
            html_text(configuration_text(status.best.configuration)) + "</code></p>\n";
  }
  const std::string comparison = comparison_text(status);
  if (!comparison.empty()) {
    text += "<div class=\"said\">" + html_text(comparison) + "</div>\n";
  }
  for (const std::string& note : data.report.notes) {
    text += "<div class=\"said note\">" + html_text(note) + "</div>\n";
  }
  return text;
}

std::string front_section(const ReportData& data) {
  const std::string plot = front_plot(data);
  const std::string text = front_text(data.report.status) + ".";
  return section(
      "The front",
      paragraph(text) + (plot.empty()
                             ? ""
                             : "<p class=\"key\"><i style=\"color:var(--accent)\"></i>the front"
                               "<i class=\"box\" style=\"background:var(--dot)\"></i>other trials"
                               "<i class=\"box\" style=\"background:var(--bad)\"></i>infeasible"
                               "</p>\n<div class=\"wide\">" +
                                   plot + "</div>"));
}

std::string best_section(const ReportData& data) {
  if (several_objectives(data.spec())) {
    return front_section(data);
  }
  const std::string plot = best_plot(data);
  if (plot.empty()) {
    return "";
  }
  std::string key = "<p class=\"key\"><i style=\"color:var(--accent)\"></i>best so far";
  if (data.report.__isset.shadow) {
    key +=
        "<i style=\"color:var(--shadow);border-top-style:dashed\"></i>random search, expected"
        "<i class=\"box\" style=\"background:var(--band)\"></i>80 % of random searches";
  }
  return section(
      "Best " + html_text(first_objective(data.spec()).metric) + " so far",
      key + "</p>\n<div class=\"wide\">" + plot + "</div>" + paragraph(random_text(data.report)));
}

std::string bar(
    const std::string& name, double share, double spread, const std::string& more, bool pair) {
  const auto percent = [](double value) {
    return number_text(std::clamp(100 * value, 0.0, 100.0), 4) + "%";
  };
  const double low = std::max(0.0, share - spread);
  return "<div>" + name + "</div><div class=\"bar\"><u" + (pair ? " class=\"pair\"" : "") +
         " style=\"width:" + percent(share) + "\"></u><s style=\"left:" + percent(low) +
         ";width:" + percent(std::min(1.0, share + spread) - low) + "\"></s></div><div>" +
         decimal_text(100 * share, 1) + " % <span class=\"soft\">± " +
         decimal_text(100 * spread, 1) + more + "</span></div>\n";
}

std::string importance_section(const idl::ObjectiveImportance& importance) {
  if (importance.trials < 2 || importance.parameters.empty()) {
    return "";
  }
  std::string bars = "<div class=\"bars\">";
  std::size_t shown_count = 0;
  for (const idl::ParameterImportance& one : importance.parameters) {
    if (shown_count++ < kParametersShown) {
      bars += bar(html_text(shortened(one.parameter, 40)),
                  one.share,
                  one.spread,
                  " · " + decimal_text(one.permutation, 2),
                  false);
    }
  }
  shown_count = 0;
  for (const idl::InteractionImportance& pair : importance.interactions) {
    if (shown_count++ < kInteractionsShown && pair.share >= kWorthShowing) {
      bars +=
          bar(html_text(shortened(pair.first, 22)) + " × " + html_text(shortened(pair.second, 22)),
              pair.share,
              pair.spread,
              "",
              true);
    }
  }
  bars += "</div>\n";
  if (importance.parameters.size() > kParametersShown) {
    bars += paragraph("… and " + std::to_string(importance.parameters.size() - kParametersShown) +
                          " parameters of less importance",
                      "soft");
  }
  const std::string text =
      "Share of the variance of " + importance.metric +
      " over the whole space that a parameter explains by itself, and pairs together (×); ± is the "
      "spread over the trees of a random forest, which explains " +
      decimal_text(100 * std::max(importance.explained, 0.0), 0) +
      " % of the variance of trials it has not seen. After the dot: how much its error grows when "
      "the parameter's values are shuffled.";
  return section("What " + html_text(importance.metric) + " depends on",
                 paragraph(text, "soft") + bars);
}

std::string remaining_section(const ReportData& data) {
  const std::string text = remaining_text(data);
  if (text.empty()) {
    return "";
  }
  const idl::RemainingGain& gain = data.report.remaining;
  return section("What is left to gain",
                 "<div class=\"two\"><div><div class=\"said" +
                     std::string(gain.stop ? " stop" : "") + "\">" + html_text(text) +
                     "</div></div><div>" + gain_plot(gain) + "</div></div>\n");
}

std::string slices_section(const ReportData& data) {
  if (data.report.importance.empty()) {
    return "";
  }
  std::string slices;
  std::size_t count = 0;
  for (const idl::ParameterImportance& one : data.report.importance.front().parameters) {
    const std::string plot = count++ < kParametersShown ? slice_plot(data, one) : "";
    if (!plot.empty()) {
      slices += "<div><h3>" + html_text(shortened(one.parameter, 40)) + "</h3>" + plot + "</div>\n";
    }
  }
  return slices.empty()
             ? ""
             : section(
                   "Parameter by parameter",
                   paragraph(
                       "Each dot is a complete trial, the best ones brightest blue; the line is "
                       "the "
                       "mean over everything else as the forest sees it. Values far off are drawn "
                       "at the edge.",
                       "soft") +
                       "<div class=\"slices\">" + slices + "</div>\n");
}

std::string parallel_section(const ReportData& data) {
  const std::string plot = parallel_plot(data);
  return plot.empty()
             ? ""
             : section("All parameters together",
                       paragraph("One line a trial, the best ones in bright blue; point at "
                                 "one to see it.",
                                 "soft") +
                           "<div class=\"wide\">" + plot + "</div>");
}

std::string failures_section(const ReportData& data) {
  std::string rows;
  for (const FailureGroup& group : failure_groups(data.trials)) {
    rows += "<tr><td class=\"n\">" + std::to_string(group.count) + "</td><td>" +
            html_text(group.message) + "</td><td class=\"n\"><code>automl logs " +
            html_text(data.spec().name) + "/" + std::to_string(group.example) +
            "</code></td></tr>\n";
  }
  return rows.empty() ? ""
                      : section("Failures",
                                "<table><tr><th class=\"n\">trials</th><th>message</th>"
                                "<th class=\"n\">an example</th></tr>\n" +
                                    rows + "</table>\n");
}

// The front, or the best trials.
std::vector<const idl::Trial*> leading_trials(const ReportData& data) {
  std::vector<const idl::Trial*> trials;
  if (several_objectives(data.spec())) {
    trials = front_trials(data);
    trials.resize(std::min(trials.size(), kFrontShown));
    return trials;
  }
  std::vector<RankedTrial> ranked = ranked_trials(data, data.trials.size() + 1);
  for (auto one = ranked.rbegin(); one != ranked.rend() && trials.size() < kBestShown; ++one) {
    trials.push_back(one->trial);
  }
  return trials;
}

std::string leading_row(const idl::StudySpec& spec,
                        const idl::Trial& trial,
                        const std::vector<int>& decimals) {
  std::string row = "<tr><td class=\"n\">" + std::to_string(trial.number) + "</td>";
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    row += "<td class=\"n\">" + fixed_text(value_of(trial, i).value_or(NAN), decimals[i]) + "</td>";
  }
  for (const std::string& metric : bounded_metrics(spec)) {
    const auto value = trial.constraint_values.find(metric);
    row += "<td class=\"n\">" +
           (value == trial.constraint_values.end() ? "" : number_text(value->second)) + "</td>";
  }
  const std::string missed = missed_text(spec, trial);
  const std::string origin = origin_text(trial);
  return row + "<td><code>" + html_text(configuration_text(trial.configuration)) + "</code>" +
         (origin.empty() ? "" : " " + origin) + (missed.empty() ? "" : " " + html_text(missed)) +
         "</td></tr>\n";
}

std::string best_table(const ReportData& data) {
  const idl::StudySpec& spec = data.spec();
  const std::vector<const idl::Trial*> trials = leading_trials(data);
  if (trials.empty()) {
    return "";
  }
  std::string head = "<tr><th class=\"n\">trial</th>";
  std::vector<int> decimals;
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    std::vector<double> values;
    for (const idl::Trial* trial : trials) {
      values.push_back(value_of(*trial, i).value_or(NAN));
    }
    decimals.push_back(decimals_for(values));
    head += "<th class=\"n\">" + html_cut(spec.objectives[i].metric, 24) + "</th>";
  }
  for (const std::string& metric : bounded_metrics(spec)) {
    head += "<th class=\"n\">" + html_cut(metric, 24) + "</th>";
  }
  std::string rows;
  for (const idl::Trial* trial : trials) {
    rows += leading_row(spec, *trial, decimals);
  }
  return section(several_objectives(spec) ? "Trials of the front" : "Best trials",
                 "<table>" + head + "<th>configuration</th></tr>\n" + rows + "</table>\n");
}

std::string time_section(const ReportData& data) {
  const TrialTimes times = trial_times(data.trials);
  const std::string plot = time_plot(data);
  return plot.empty()
             ? ""
             : section("When trials ran",
                       "<p class=\"key\"><i class=\"box\" "
                       "style=\"background:var(--accent)\"></i>complete"
                       "<i class=\"box\" style=\"background:var(--bad)\"></i>failed"
                       "<i class=\"box\" style=\"background:var(--warn)\"></i>pruned</p>\n<div "
                       "class=\"wide\">" +
                           plot + "</div>" +
                           paragraph("A trial took " + trial_time_text(times.mean) +
                                         " on average, " + trial_time_text(times.shortest) +
                                         " to " + trial_time_text(times.longest) + ".",
                                     "soft"));
}

}  // namespace

std::string report_page(const ReportData& data) {
  const std::string name = html_text(data.spec().name);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      name + " · automl report</title>\n<style>" + kReportStyle + "</style></head>\n<body><main>\n";
  page += head(data);
  page += best_section(data);
  for (const idl::ObjectiveImportance& one : data.report.importance) {
    page += importance_section(one);
  }
  page += remaining_section(data);
  page += slices_section(data);
  page += parallel_section(data);
  page += best_table(data);
  page += failures_section(data);
  page += time_section(data);
  page += "<footer>Made by automl " + html_text(version()) + " on " +
          html_text(local_time(data.report.status.now_ms)) +
          ". Importance: functional ANOVA on a random forest. Remaining gain and the random-search "
          "line: a Gaussian process; they hold as far as the model does.</footer>\n";
  return page + "</main></body></html>\n";
}

}  // namespace automl::cli
