// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "records_types.h"

namespace automl::engine {

// A key of the study file that an edit may not change, and why.
struct FixedKey {
  std::string key;  // such as objective or space.lr
  std::string reason;
};

// What an edited file says otherwise than the one in force, as the user calls it. The seed and
// where the code came from are the study's own and are not compared when the file leaves them out.
struct SpecDifference {
  std::vector<std::string> changes;  // such as "budget.trials: 40 → 100"
  std::vector<FixedKey> refused;
  bool space = false;   // parameters or what is forbidden
  bool search = false;  // that, or anything else that decides what is proposed and when it ends

  bool none() const { return changes.empty() && refused.empty(); }
};

SpecDifference compare_specs(const idl::StudySpec& before, const idl::StudySpec& now);

}  // namespace automl::engine
