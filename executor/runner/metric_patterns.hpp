// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "records_types.h"

namespace automl::executor {

// Reads metrics out of lines of output by regular expressions (PCRE2), group 1 being the value. A
// match is limited in steps, so no pattern can hang the runner; only the first 64 KiB of a line are
// looked at. Not thread safe.
class MetricPatterns {
 public:
  // Throws std::invalid_argument for a pattern that does not compile.
  explicit MetricPatterns(const std::vector<idl::MetricPattern>& patterns);
  ~MetricPatterns();

  bool empty() const { return patterns_.empty(); }
  // Metrics found in the line, not-a-number and infinity included.
  std::map<std::string, double> match(std::string_view line);
  // What each pattern has found so far; metrics reported otherwise are added by `count`.
  const std::vector<idl::MetricMatch>& matches() const { return matches_; }
  void count(const std::string& metric, std::string_view how);
  std::int64_t lines() const { return lines_; }

 private:
  struct Pattern;
  std::vector<std::unique_ptr<Pattern>> patterns_;
  std::vector<idl::MetricMatch> matches_;
  std::int64_t lines_ = 0;
};

// A number as programs print it, also nan and inf in any case; false if it is none.
bool parse_number(const std::string& text, double& value);

}  // namespace automl::executor
