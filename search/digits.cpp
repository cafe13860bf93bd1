// SPDX-License-Identifier: Apache-2.0
#include "search/digits.hpp"

#include <array>
#include <charconv>

namespace automl::search {

std::string digits(double value) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 4);
  return {text.data(), end.ptr};
}

}  // namespace automl::search
