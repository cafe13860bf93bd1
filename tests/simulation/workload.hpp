// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "service_types.h"

#include "tests/simulation/dice.hpp"

namespace automl::simulation {

// Something that fits at least one of the nodes.
idl::Resources random_resources(Dice& dice, const std::vector<idl::Node>& nodes);
idl::StudySpec random_study(Dice& dice,
                            const std::string& name,
                            const std::vector<idl::Node>& nodes);
// The same study with many more trials, and fewer reasons to end before they are all done.
void lengthen(Dice& dice, idl::StudySpec& spec);
// What is told of a trial: all metrics that the study needs, now and then one not a number, or a
// failure.
idl::Outcome random_outcome(Dice& dice, const idl::StudySpec& spec);
idl::SessionSpec random_session(Dice& dice, const std::vector<idl::Node>& nodes);

}  // namespace automl::simulation
