// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/report_figures.hpp"
#include "cli/text.hpp"

namespace automl::cli {

// The report as text for the terminal.
std::string report_text(const ReportData& data, const Screen& screen);

}  // namespace automl::cli
