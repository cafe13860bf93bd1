// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace automl::engine::study_file {

// `; did you mean "optimizer"?` when one of `names` is near enough to what was written (insertions,
// deletions, replacements and swaps of neighbours: at most a third of the letters; or its first
// letters), else empty.
std::string did_you_mean(const std::string& written, const std::vector<std::string>& names);

// The same, or all names, as in `; there are random, grid`, where none is near.
std::string nearest_or_all(const std::string& written, const std::vector<std::string>& names);

}  // namespace automl::engine::study_file
