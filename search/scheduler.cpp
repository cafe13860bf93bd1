// SPDX-License-Identifier: Apache-2.0
#include "search/scheduler.hpp"

#include <charconv>

namespace automl::search {

std::string Setting::text(double value) const {
  char buffer[32];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, sign() * value, std::chars_format::general, 4);
  return {buffer, end};
}

}  // namespace automl::search
