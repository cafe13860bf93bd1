// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/report_figures.hpp"

namespace automl::cli {

// Plots of a report as SVG elements; empty when there is nothing to draw. Colours are those of the
// page's style sheet.

// The best value after each ended trial, each trial's value, and the random-search shadow.
std::string best_plot(const ReportData& data);
// Expected gain of the next trials.
std::string gain_plot(const idl::RemainingGain& gain);
// When trials ran, and how each ended.
std::string time_plot(const ReportData& data);
// Values against one parameter, and the objective's mean over everything else.
std::string slice_plot(const ReportData& data, const idl::ParameterImportance& importance);
// One line a trial over the most important parameters and the objective.
std::string parallel_plot(const ReportData& data);

// At most `most` complete trials by the first objective, infeasible ones behind all others: the
// best half of them, the others evenly over the ranks; the best one last. `rank` is 0 for the best
// of all complete trials and 1 for the worst.
struct RankedTrial {
  const idl::Trial* trial;
  double rank;
};
std::vector<RankedTrial> ranked_trials(const ReportData& data, std::size_t most);
// Style of a rank: q0 (best) to q4.
std::string rank_class(double rank);

// What values to show: all good ones; of bad ones those that are not far off.
std::pair<double, double> value_range(const ReportData& data, bool with_shadow);

}  // namespace automl::cli
