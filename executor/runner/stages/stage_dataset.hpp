// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace automl::executor {

// Makes the session's datasets available and says where, as environment variables: AUTOML_DATASET
// for the first, AUTOML_DATASET_<NAME> for each. A path on this machine is used in place; nothing
// moves. Throws std::runtime_error when one is not there.
std::map<std::string, std::string> stage_datasets(const std::vector<std::string>& datasets);

}  // namespace automl::executor
