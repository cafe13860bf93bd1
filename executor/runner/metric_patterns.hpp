// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "records_types.h"

namespace automl::executor {

// Reads metrics out of lines of output by regular expressions (PCRE2); the value is the first group
// that took part. A match is limited in steps and a pattern that runs into the limit again and
// again is no longer used, so none can hang the runner; only the first 64 KiB of a line are looked
// at. Not thread safe.
class MetricPatterns {
 public:
  // Throws std::invalid_argument for a pattern that does not compile.
  explicit MetricPatterns(const std::vector<idl::MetricPattern>& patterns);
  ~MetricPatterns();

  bool empty() const { return patterns_.empty(); }
  // Metrics found in the line, not-a-number and infinity included. A number may be followed by one
  // of `. , ; : %` that a generous pattern took along.
  std::map<std::string, double> match(std::string_view line);
  // What each pattern has found so far; metrics reported otherwise are added by `count`.
  std::vector<idl::MetricMatch> matches() const;
  void count(const std::string& metric, std::string_view how);
  std::int64_t lines() const { return lines_; }
  // Metrics whose pattern is no longer used, each named once.
  std::vector<std::string> newly_given_up();

 private:
  struct Pattern;
  bool find(Pattern& pattern, std::string_view line, double& value);

  std::vector<std::unique_ptr<Pattern>> patterns_;
  std::vector<idl::MetricMatch> matches_;  // `last_line` as it came
  std::vector<std::string> given_up_;
  std::int64_t lines_ = 0;
};

// A number as programs print it, also nan and inf in any case; false if it is none.
bool parse_number(const std::string& text, double& value);

}  // namespace automl::executor
