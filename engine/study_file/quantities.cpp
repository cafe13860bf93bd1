// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/quantities.hpp"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/parameter_value.hpp"

namespace automl::engine::study_file {

namespace {

constexpr double kLargestExact = 9007199254740992.0;  // 2^53
constexpr double kLargestScaled = 9e18;               // below 2^63

// [+-] digits [. digits] [e [+-] digits], at least one digit in front of the exponent.
bool is_number(std::string_view word) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < word.size() && word[at] >= '0' && word[at] <= '9') {
      ++at;
    }
    return at - begin;
  };
  const auto sign = [&] { at += at < word.size() && (word[at] == '-' || word[at] == '+') ? 1 : 0; };
  sign();
  std::size_t count = digits();
  if (at < word.size() && word[at] == '.') {
    ++at;
    count += digits();
  }
  if (count == 0) {
    return false;
  }
  if (at < word.size() && (word[at] == 'e' || word[at] == 'E')) {
    ++at;
    sign();
    if (digits() == 0) {
      return false;
    }
  }
  return at == word.size();
}

std::optional<std::int64_t> scaled(const std::string& word,
                                   const std::vector<std::pair<std::string, double>>& units) {
  std::size_t split = word.find_last_of("0123456789.");
  if (split == std::string::npos) {
    return std::nullopt;
  }
  ++split;
  const std::optional<double> number = to_number(word.substr(0, split));
  std::string_view unit = std::string_view(word).substr(split);
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  for (const auto& [name, factor] : units) {
    if (number && unit == name) {
      const double value = std::ceil(*number * factor);
      return std::abs(value) <= kLargestScaled ? std::optional<std::int64_t>(value) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> to_number(const std::string& word) {
  if (!is_number(word)) {
    return std::nullopt;
  }
  const std::size_t skip = word[0] == '+' ? 1 : 0;
  double value = 0;
  const auto [end, error] = std::from_chars(word.data() + skip, word.data() + word.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Too small to tell from zero is zero; too large is no number.
    value = std::strtod(word.c_str(), nullptr);
  }
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

std::optional<std::int64_t> to_integer(const std::string& word) {
  if (!is_number(word)) {
    return std::nullopt;
  }
  const std::size_t skip = word[0] == '+' ? 1 : 0;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(word.data() + skip, word.data() + word.size(), value);
  if (error == std::errc() && end == word.data() + word.size()) {
    return value;
  }
  const std::optional<double> number = to_number(word);
  if (number && *number == std::floor(*number) && std::abs(*number) <= kLargestExact) {
    return static_cast<std::int64_t>(*number);
  }
  return std::nullopt;
}

idl::Value to_value(const std::string& word, bool quoted) {
  if (quoted) {
    return text_value(word);
  }
  if (word == "true" || word == "false") {
    return flag_value(word == "true");
  }
  const bool whole = word.find_first_of(".eE") == std::string::npos;
  if (const auto integer = to_integer(word); whole && integer) {
    return integer_value(*integer);
  }
  if (const auto number = to_number(word)) {
    return real_value(*number);
  }
  return text_value(word);
}

idl::Value to_value(const Node& scalar) { return to_value(scalar.text, scalar.quoted); }

std::optional<std::int64_t> to_seconds(const std::string& word) {
  return scaled(word, {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}});
}

std::optional<std::int64_t> to_bytes(const std::string& word) {
  return scaled(word,
                {{"B", 1},
                 {"kB", 1e3},
                 {"KB", 1e3},
                 {"MB", 1e6},
                 {"GB", 1e9},
                 {"TB", 1e12},
                 {"KiB", 1024.0},
                 {"MiB", 1024.0 * 1024},
                 {"GiB", 1024.0 * 1024 * 1024},
                 {"TiB", 1024.0 * 1024 * 1024 * 1024}});
}

}  // namespace automl::engine::study_file
