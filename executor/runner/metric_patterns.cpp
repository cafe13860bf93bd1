// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "executor/runner/metric_patterns.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <pcre2.h>

#include "executor/runner/session_log.hpp"

namespace automl::executor {

namespace {

constexpr std::size_t kLongestLine = 64 << 10;
constexpr std::size_t kShownBytes = 300;
// Steps of one match are counted anew at each byte of the line: long lines get fewer a byte.
constexpr std::size_t kMatchSteps = 20'000'000;
constexpr std::size_t kMostStepsAtByte = 200'000;
constexpr std::size_t kLeastStepsAtByte = 1'000;
constexpr std::uint32_t kDepthLimit = 1'000;
constexpr std::uint32_t kHeapLimitKiB = 20'000;
// So often may a pattern run into its limit.
constexpr int kMostExhausted = 20;
constexpr std::size_t kMostMetrics = 1'000;

}  // namespace

struct MetricPatterns::Pattern {
  std::string metric;
  int exhausted = 0;
  pcre2_code* code = nullptr;
  pcre2_match_data* data = nullptr;
  pcre2_match_context* context = nullptr;

  ~Pattern() {
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
  }
};

bool parse_number(const std::string& text, double& value) {
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return end != text.c_str() && *end == '\0';
}

MetricPatterns::MetricPatterns(const std::vector<idl::MetricPattern>& patterns) {
  for (const idl::MetricPattern& one : patterns) {
    auto pattern = std::make_unique<Pattern>();
    pattern->metric = one.metric;
    int error = 0;
    PCRE2_SIZE offset = 0;
    pattern->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(one.pattern.data()),
                                  one.pattern.size(),
                                  0,
                                  &error,
                                  &offset,
                                  nullptr);
    if (pattern->code == nullptr) {
      throw std::invalid_argument("the pattern of metric " + one.metric + " does not compile");
    }
    pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
    pattern->data = pcre2_match_data_create_from_pattern(pattern->code, nullptr);
    pattern->context = pcre2_match_context_create(nullptr);
    pcre2_set_depth_limit(pattern->context, kDepthLimit);
    pcre2_set_heap_limit(pattern->context, kHeapLimitKiB);
    patterns_.push_back(std::move(pattern));
    idl::MetricMatch& match = matches_.emplace_back();
    match.metric = one.metric;
  }
}

MetricPatterns::~MetricPatterns() = default;

bool MetricPatterns::find(Pattern& pattern, std::string_view line, double& value) {
  const std::size_t steps = kMatchSteps / (line.size() + 1);
  pcre2_set_match_limit(
      pattern.context,
      static_cast<std::uint32_t>(std::clamp(steps, kLeastStepsAtByte, kMostStepsAtByte)));
  const int groups = pcre2_match(pattern.code,
                                 reinterpret_cast<PCRE2_SPTR>(line.data()),
                                 line.size(),
                                 0,
                                 0,
                                 pattern.data,
                                 pattern.context);
  if (groups < 0 && groups != PCRE2_ERROR_NOMATCH && ++pattern.exhausted == kMostExhausted) {
    given_up_.push_back(pattern.metric);
  }
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(pattern.data);
  for (int group = 1; group < groups; ++group) {
    const PCRE2_SIZE start = ends[2 * group];
    const PCRE2_SIZE end = ends[2 * group + 1];
    if (start == PCRE2_UNSET || end < start) {
      continue;
    }
    std::string text(line.substr(start, end - start));
    if (text.size() > 1 && std::strchr(".,;:%", text.back()) != nullptr) {
      text.pop_back();
    }
    return parse_number(text, value);
  }
  return false;
}

std::map<std::string, double> MetricPatterns::match(std::string_view line) {
  ++lines_;
  std::map<std::string, double> found;
  line = line.substr(0, kLongestLine);
  for (const auto& pattern : patterns_) {
    double value = 0;
    if (pattern->exhausted < kMostExhausted && find(*pattern, line, value)) {
      found[pattern->metric] = value;
      count(pattern->metric, line);
    }
  }
  return found;
}

std::vector<std::string> MetricPatterns::newly_given_up() { return std::exchange(given_up_, {}); }

std::vector<idl::MetricMatch> MetricPatterns::matches() const {
  std::vector<idl::MetricMatch> matches = matches_;
  for (idl::MetricMatch& match : matches) {
    match.last_line = printable(match.last_line);
  }
  return matches;
}

void MetricPatterns::count(const std::string& metric, std::string_view how) {
  auto known = std::find_if(matches_.begin(), matches_.end(), [&metric](const auto& match) {
    return match.metric == metric;
  });
  if (known == matches_.end()) {
    if (matches_.size() >= kMostMetrics) {
      return;
    }
    known = matches_.emplace(matches_.end());
    known->metric = metric;
  }
  const std::string_view shown = how.substr(0, kShownBytes);
  if (known->count++ == 0) {
    known->first_line = printable(shown);
  }
  known->last_line.assign(shown);
}

}  // namespace automl::executor
