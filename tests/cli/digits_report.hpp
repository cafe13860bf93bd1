// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/report_figures.hpp"

namespace automl::cli {

// A report on the canned study: 24 trials of lr, optimizer, momentum and depth, two of which
// failed.
ReportData digits_report();

}  // namespace automl::cli
