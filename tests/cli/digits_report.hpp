// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/report_figures.hpp"

namespace automl::cli {

// A report on the canned study: 24 trials of lr, optimizer, momentum and depth, two of which
// failed.
ReportData digits_report();
// The same with a second objective and with `constraints: ["size_mb < 20"]`, which trials from 20
// on miss.
ReportData two_objectives_report();

}  // namespace automl::cli
