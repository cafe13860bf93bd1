// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "service_types.h"

namespace automl::simulation {

// What a trial must come to by the measurements of its last attempt, worked out apart from the
// engine.

// The objective's value by its rule; not finite: there is none.
double value_by_rule(const idl::Objective& objective,
                     const std::vector<idl::Measurement>& measurements);

// The value of a metric with a constraint; not finite: there is none.
double bounded_value(const idl::StudySpec& spec,
                     const std::string& metric,
                     const std::vector<idl::Measurement>& measurements);

bool holds(const idl::Constraint& constraint, double value);

}  // namespace automl::simulation
