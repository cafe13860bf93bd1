// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/report_figures.hpp"

namespace automl::cli {

// What a report shows of a study with several objectives.

// The feasible trials that no other one dominates, by the first objective, the best first.
std::vector<const idl::Trial*> front_trials(const ReportData& data);

// All trials over two objectives and the front through the best of them, as an SVG element; empty
// with another number of objectives, or when there is nothing to draw.
std::string front_plot(const ReportData& data);

// The same for a terminal: ● the front, · other trials, × infeasible ones. `width` columns in all,
// `height` rows for the plot.
std::string front_text_plot(const ReportData& data, std::size_t width, std::size_t height);

}  // namespace automl::cli
