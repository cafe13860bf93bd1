// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "engine/state.hpp"
#include "service_types.h"

namespace automl::engine {

// With which parameters, step by step, the weights behind the value of a population's member were
// trained, by itself and by those whose weights it had taken over. Empty where there is no
// population.
std::vector<idl::ScheduleLeg> trained_schedule(const StudyEntry& study, std::int64_t trial);

}  // namespace automl::engine
