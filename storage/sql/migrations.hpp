// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace automl::storage {

// One step of the schema: numbered from 1 without gaps, never changed after a release.
struct Migration {
  int number;
  std::string sql;
};

const std::vector<Migration>& migrations();

}  // namespace automl::storage
