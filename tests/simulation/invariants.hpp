// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/simulation/facts.hpp"

namespace automl::simulation {

// What must hold between the records at every commit. Each throws Violation.

// Session, its open attempt and its trial tell the same story; retries are not exceeded.
void check_session(const Facts& facts, std::int64_t session_id);
// Budget, parallelism, numbering; nothing waits in a study that has ended.
void check_study(const Facts& facts, std::int64_t study_id);
// A trial that ended with its session has the values its measurements give, and is feasible or not
// accordingly.
void check_result(const Facts& facts, const TrialKey& key);
// No two open attempts share a GPU, and no node gives more than it has.
void check_node(const Facts& facts, const idl::Node& node);
// After the run: whatever was stored is final.
void check_everything_final(const Facts& facts);
// Proposal by proposal, the configurations are those that a run without faults proposes.
void check_proposals(const Facts& facts, const idl::Study& study);

// Throws when a trial does not have these values (one for each objective; empty: it must not be
// complete), these values of bounded metrics, and what follows from them.
void require_result(const idl::StudySpec& spec,
                    const idl::Trial& trial,
                    const std::vector<double>& values,
                    const std::map<std::string, double>& bounded);

}  // namespace automl::simulation
