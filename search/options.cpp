// SPDX-License-Identifier: Apache-2.0
#include "search/options.hpp"

#include <algorithm>
#include <charconv>

namespace automl::search {
namespace {

// Of bounds: an exponent is for those that stand for "no limit" alone.
std::string shortest(double value) {
  char buffer[32];
  const auto format = value < 1e15 ? std::chars_format::fixed : std::chars_format::scientific;
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, format);
  return {buffer, end};
}

}  // namespace

void check_names(const std::string& algorithm,
                 const Options& options,
                 const std::vector<OptionHelp>& known) {
  for (const auto& [option, value] : options) {
    bool exists = false;
    std::string valid;
    for (const OptionHelp& help : known) {
      exists = exists || help.name == option;
      valid += (valid.empty() ? "" : ", ") + help.name;
    }
    if (!exists) {
      throw OptionError(algorithm + " has no option \"" + option + "\"; " +
                        (valid.empty() ? "it has none" : "it has " + valid));
    }
  }
}

void OptionReader::refuse(const std::string& what) const {
  throw OptionError(algorithm_ + ": " + what);
}

double OptionReader::number(const std::string& name,
                            double fallback,
                            double low,
                            double high) const {
  const auto found = options_.find(name);
  if (found == options_.end()) {
    return fallback;
  }
  double value = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [parsed, error] = std::from_chars(found->second.data(), end, value);
  if (error != std::errc() || parsed != end || !(value >= low && value <= high)) {
    refuse(name + " must be a number from " + shortest(low) + " to " + shortest(high) + ", got " +
           found->second);
  }
  return value;
}

int OptionReader::count(const std::string& name, int fallback, int low, int high) const {
  const double value = number(name, fallback, low, high);
  if (value != static_cast<int>(value)) {
    refuse(name + " must be a whole number");
  }
  return static_cast<int>(value);
}

std::int64_t OptionReader::step(const std::string& name,
                                std::int64_t fallback,
                                std::int64_t low) const {
  // Doubles hold these exactly.
  constexpr double kMost = 1e15;
  const double value = number(name, static_cast<double>(fallback), static_cast<double>(low), kMost);
  if (value != static_cast<double>(static_cast<std::int64_t>(value))) {
    refuse(name + " must be a whole number");
  }
  return static_cast<std::int64_t>(value);
}

std::string OptionReader::choice(const std::string& name,
                                 const std::vector<std::string>& choices) const {
  const std::string value = text(name, choices.front());
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    std::string valid;
    for (const std::string& one : choices) {
      valid += (valid.empty() ? "" : ", ") + one;
    }
    refuse(name + " must be one of " + valid + ", got " + value);
  }
  return value;
}

std::string OptionReader::text(const std::string& name, const std::string& fallback) const {
  const auto found = options_.find(name);
  return found == options_.end() ? fallback : found->second;
}

}  // namespace automl::search
