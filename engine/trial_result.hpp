// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "service_types.h"

namespace automl::engine {

// What a trial comes to: its final values and how far it is from its constraints.

// One objective's measurements of one attempt, reduced to what its final value needs.
struct ObjectiveTrace {
  bool any = false;
  double last = 0;
  std::optional<double> best;  // of the finite ones
  std::deque<double> window;   // the last `Objective::window`
};

// A metric that is bounded by constraints and is no objective.
struct BoundedTrace {
  std::optional<double> last;
  std::optional<double> beside_best;  // of the first objective
};

struct ResultTrace {
  std::vector<ObjectiveTrace> objectives;
  std::map<std::string, BoundedTrace> bounded;
  std::int64_t best_step = 0;  // of the first objective's best measurement
};

// Measurements come in the order in which they were reported.
void follow(ResultTrace& trace, const idl::StudySpec& spec, const idl::Measurement& measurement);

struct TrialResult {
  std::vector<double> values;                       // all finite, one an objective
  std::map<std::string, double> constraint_values;  // all finite
  double violation = 0;                             // Trial.violation

  bool operator==(const TrialResult&) const = default;
};

// Objectives by their rules. A bounded metric has the value of its objective if it is one. Else it
// is the last one reported; but when the first objective's rule is BEST, the one that belongs to
// the best measurement: reported at the same step, else the last one before it, else the first one
// after it. Unset with the reason in `why` when a metric is missing or not finite; `missing` then
// names the metric that was never reported.
std::optional<TrialResult> final_result(const ResultTrace& trace,
                                        const idl::StudySpec& spec,
                                        std::string& why,
                                        std::string& missing);

// The same of a trial that was ended early: with a value of each objective, and of the bounded
// metrics those that were reported. Unset without a finite value of an objective.
std::optional<TrialResult> partial_result(const ResultTrace& trace, const idl::StudySpec& spec);

// The result becomes part of the trial's record.
void keep(idl::Trial& trial, const TrialResult& result);

// Every metric that a trial must have, objectives first, each once.
std::vector<std::string> needed_metrics(const idl::StudySpec& spec);

// Why an outcome that names values cannot be taken: a metric that is needed is missing, or one is
// not known. Empty: it can, or it tells a failure.
std::string outcome_objection(const idl::StudySpec& spec, const idl::Outcome& outcome);
// Unset with the reason in `why` when a value is not finite or a failure is told. There must be no
// objection.
std::optional<TrialResult> told_result(const idl::StudySpec& spec,
                                       const idl::Outcome& outcome,
                                       std::string& why);

// The constraints that a complete trial misses, as written, and by how much in units of the metric.
std::map<std::string, double> missed_constraints(const idl::StudySpec& spec,
                                                 const idl::Trial& trial);

// By how much `value` misses the constraint, relative to its bound (absolute when that is 0); at
// most 0 where it is met, and always finite.
double excess(const idl::Constraint& constraint, double value);

}  // namespace automl::engine
