// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "tests/simulation/facts.hpp"

namespace automl::simulation {

// What must hold between the records at every commit. Each throws Violation.

// Session, its open attempt and its trial tell the same story; retries are not exceeded.
void check_session(const Facts& facts, std::int64_t session_id);
// Budget, parallelism, numbering; nothing waits in a study that has ended.
void check_study(const Facts& facts, std::int64_t study_id);
// A trial that ended with its session has the value its measurements give.
void check_result(const Facts& facts, const TrialKey& key);
// No two open attempts share a GPU, and no node gives more than it has.
void check_node(const Facts& facts, const idl::Node& node);
// After the run: whatever was stored is final.
void check_everything_final(const Facts& facts);
// Proposal by proposal, the configurations are those that a run without faults proposes.
void check_proposals(const Facts& facts, const idl::Study& study);

// The objective's value by its rule over one attempt's measurements; none: no finite value.
std::optional<double> value_by_rule(const idl::Objective& objective,
                                    const std::map<std::int64_t, idl::Measurement>& measurements);

}  // namespace automl::simulation
