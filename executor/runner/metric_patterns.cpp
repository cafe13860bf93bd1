// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "executor/runner/metric_patterns.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <pcre2.h>

#include "executor/runner/session_log.hpp"

namespace automl::executor {

namespace {

constexpr std::size_t kLongestLine = 64 << 10;
constexpr std::size_t kShownBytes = 300;
constexpr std::uint32_t kMatchLimit = 200'000;
constexpr std::size_t kMostMetrics = 1'000;

}  // namespace

struct MetricPatterns::Pattern {
  std::string metric;
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
    pcre2_set_match_limit(pattern->context, kMatchLimit);
    pcre2_set_depth_limit(pattern->context, 1'000);
    patterns_.push_back(std::move(pattern));
    idl::MetricMatch& match = matches_.emplace_back();
    match.metric = one.metric;
  }
}

MetricPatterns::~MetricPatterns() = default;

std::map<std::string, double> MetricPatterns::match(std::string_view line) {
  ++lines_;
  std::map<std::string, double> found;
  line = line.substr(0, kLongestLine);
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    Pattern& pattern = *patterns_[i];
    const int groups = pcre2_match(pattern.code,
                                   reinterpret_cast<PCRE2_SPTR>(line.data()),
                                   line.size(),
                                   0,
                                   0,
                                   pattern.data,
                                   pattern.context);
    if (groups < 2) {
      continue;
    }
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(pattern.data);
    if (ends[2] == PCRE2_UNSET) {
      continue;
    }
    double value = 0;
    if (parse_number(std::string(line.substr(ends[2], ends[3] - ends[2])), value)) {
      found[pattern.metric] = value;
      count(pattern.metric, line);
    }
  }
  return found;
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
  const std::string shown = printable(how.substr(0, kShownBytes));
  if (known->count++ == 0) {
    known->first_line = shown;
  }
  known->last_line = shown;
}

}  // namespace automl::executor
