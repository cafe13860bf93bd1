// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace automl::engine {

// What a program finds in AUTOML_SEED: 1 to 2^31 - 1, so that it fits any generator. It follows
// from the study's seed and the trial's number, or, for a repeat, from its index 1, 2, …: the
// first repeat of the winner and the first one of the baseline face the same luck.
std::int64_t trial_seed(std::int64_t study_seed, std::int64_t number);
std::int64_t repeat_seed(std::int64_t study_seed, std::int32_t repeat);

}  // namespace automl::engine
