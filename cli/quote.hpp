// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service_types.h"

namespace automl::cli {

// What the budget of a study will take. `likely`: half of all runs need at most that; `careful`:
// nine in ten.
struct Quote {
  std::int64_t trials = 0;  // of the budget, and repeats
  std::int64_t slots = 0;   // trials that really run at once
  double likely_s = 0;      // wall time
  double careful_s = 0;
  double likely_work_s = 0;  // sum over the trials
  double careful_work_s = 0;
};

// How many trials of the study fit on the nodes at once, at most its `parallel`; at least 1.
std::int64_t slots_of(const idl::StudySpec& spec, const std::vector<idl::Node>& nodes);

// Model: durations are log-normal. Their logarithms' mean m and spread s come from `durations_s`
// (seconds, of trials that ended; at least one): s² = (2·0.5² + Σ(xᵢ-x̄)²) / (2 + n - 1), the
// spread 0.5 counting as much as two observations; m is uncertain by s/√n. 400 studies are drawn,
// each trial going to the slot that is free first; a duration is cut at the study's time limit.
Quote quote_of(const idl::StudySpec& spec,
               const std::vector<double>& durations_s,
               std::int64_t slots);

// The quote and the model behind it, two spaces in front of each line.
std::string quote_text(const Quote& quote,
                       const idl::StudySpec& spec,
                       const std::vector<double>& durations_s);

}  // namespace automl::cli
