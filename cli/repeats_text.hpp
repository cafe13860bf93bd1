// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "service_types.h"

namespace automl::cli {

// "0.9843 ± 0.0016": mean and half the width of its 95 % interval; empty without a value.
std::string runs_text(const idl::RepeatedRuns& runs, int decimals);

// Decimals that show the means and how far they can be trusted.
int decimals_for(const idl::WinnerComparison& comparison);

// What repeated runs of winner and baseline say, in one line, and what else must be known.
std::string repeats_text(const idl::WinnerComparison& comparison);

}  // namespace automl::cli
