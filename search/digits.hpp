// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace automl::search {

// A value with four significant digits, for reasons.
std::string digits(double value);

}  // namespace automl::search
