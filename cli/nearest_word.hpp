// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace automl::cli {

// The word that was probably meant: at most 2 edits away (1 for short words); empty: none.
std::string nearest_word(const std::string& typed, const std::vector<std::string>& words);

}  // namespace automl::cli
