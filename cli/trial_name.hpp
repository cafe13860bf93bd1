// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace automl::cli {

struct TrialName {
  std::string study;
  std::int64_t number = 0;
};

// Reads STUDY/TRIAL. Throws UsageError.
TrialName parse_trial_name(const std::string& text);

}  // namespace automl::cli
