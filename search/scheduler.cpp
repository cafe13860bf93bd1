// SPDX-License-Identifier: Apache-2.0
#include "search/scheduler.hpp"

#include "search/digits.hpp"

namespace automl::search {

std::string Setting::text(double value) const { return digits(sign() * value); }

}  // namespace automl::search
