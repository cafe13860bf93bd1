// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/study_file/keys.hpp"

namespace automl::engine::study_file {

// The parts of the table about how many trials run at once, what each takes, and what limits a
// study.
std::vector<Key> sharing_keys();
std::vector<Key> resource_keys();
std::vector<Key> limit_keys();

}  // namespace automl::engine::study_file
