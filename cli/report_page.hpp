// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/report_figures.hpp"

namespace automl::cli {

// The report as one HTML page that needs nothing else: no script, no resource from elsewhere (its
// content security policy forbids both), for light and dark screens and for paper. Whatever users
// or their programs wrote is escaped.
std::string report_page(const ReportData& data);

}  // namespace automl::cli
