// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace automl::engine::study_file {

// Puts `KEY=VALUE`, such as `budget.trials=100` or `space.lr={float: [0, 1]}`, into the text of a
// study file: in place of the value that the key has there, else as a new key. Everything else
// stays as it is written. Returns why that cannot be done, empty when it was; the text is unchanged
// then. What the key and the value mean is for the parser.
std::string put_setting(std::string& text, const std::string& setting);

}  // namespace automl::engine::study_file
