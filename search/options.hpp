// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace automl::search {

// Options of an algorithm as written in the study file: text by name.
using Options = std::map<std::string, std::string>;

// An option that does not exist or has a value outside its range. The message says what is right.
class OptionError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// One option of an algorithm, for messages and documentation.
struct OptionHelp {
  std::string name;
  std::string default_value;
  std::string help;
};

// Throws OptionError when there is an option that `known` does not list.
void check_names(const std::string& algorithm,
                 const Options& options,
                 const std::vector<OptionHelp>& known);

// Reads options by name; every function throws OptionError for a value that is not allowed.
class OptionReader {
 public:
  OptionReader(const std::string& algorithm, const Options& options)
      : algorithm_(algorithm), options_(options) {}

  // Between low and high, both included.
  double number(const std::string& name, double fallback, double low, double high) const;
  int count(const std::string& name, int fallback, int low, int high) const;
  std::int64_t step(const std::string& name, std::int64_t fallback, std::int64_t low) const;
  std::string choice(const std::string& name, const std::vector<std::string>& choices) const;
  std::string text(const std::string& name, const std::string& fallback) const;
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  const std::string& algorithm_;
  const Options& options_;
};

}  // namespace automl::search
