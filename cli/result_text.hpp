// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service_types.h"

namespace automl::cli {

// What trials came to, for people: values of objectives, and which constraints they miss. Users'
// texts in it are as they are.

// The objective by which a board is sorted.
const idl::Objective& first_objective(const idl::StudySpec& spec);
bool several_objectives(const idl::StudySpec& spec);
// Names of the objectives: "loss, accuracy".
std::string objectives_text(const idl::StudySpec& spec);

// The final value of an objective; unset when the trial has none.
std::optional<double> value_of(const idl::Trial& trial, std::size_t objective);
// Positive when `value` is better than `than`.
double gain(const idl::Objective& objective, double value, double than);

// Metrics with constraints that are no objectives, each once.
std::vector<std::string> bounded_metrics(const idl::StudySpec& spec);
bool feasible(const idl::Trial& trial);
// "misses latency_ms < 20 by 3.1, params <= 1e6 by 200"; empty for a feasible trial.
std::string missed_text(const idl::StudySpec& spec, const idl::Trial& trial);

// "loss=0.25 accuracy=0.9 latency_ms=12" of a complete trial.
std::string values_text(const idl::StudySpec& spec, const idl::Trial& trial);
// "3 trials on the front: loss 0.1 … 0.4, accuracy 0.7 … 0.9", the better end of each first.
std::string front_text(const idl::StudyStatus& status);

}  // namespace automl::cli
