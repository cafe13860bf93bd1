// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "engine/study_file/metric_reader.hpp"

#include <memory>
#include <set>
#include <string>

#include <pcre2.h>

namespace automl::engine::study_file {

namespace {

constexpr std::size_t kMostMetrics = 100;
constexpr std::size_t kLongestPattern = 1'000;

// What is wrong with a pattern; empty: nothing.
std::string pattern_objection(const std::string& pattern) {
  if (pattern.size() > kLongestPattern) {
    return "the pattern is longer than 1000 characters";
  }
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()),
                    pattern.size(),
                    PCRE2_UTF,
                    &error,
                    &offset,
                    nullptr),
      &pcre2_code_free);
  if (!code) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof message);
    return "the pattern does not compile: " + std::string(reinterpret_cast<const char*>(message)) +
           " at character " + std::to_string(offset + 1);
  }
  std::uint32_t groups = 0;
  pcre2_pattern_info(code.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
  return groups == 0 ? "the pattern needs a group ( ) around the value" : "";
}

}  // namespace

bool valid_metric_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_of(" \t\n,;=\"'`$\\") == std::string::npos;
}

std::string metric_name_rule(const Node& node) {
  return "a metric's name has at most 64 characters without spaces, quotes and , ; = $ \\, got " +
         quoted(node);
}

std::vector<idl::MetricPattern> read_metrics(const Node& node, Complaints& complaints) {
  std::vector<idl::MetricPattern> metrics;
  if (!node.is_mapping() || node.items.empty()) {
    complaints.add(
        node.at,
        "metrics must be a mapping like {accuracy: 'val_acc=([0-9.]+)'}, got " + quoted(node));
    return metrics;
  }
  if (node.items.size() > kMostMetrics) {
    complaints.add(node.at, "metrics has more than 100 entries");
    return metrics;
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& name = node.keys[i];
    const Node& pattern = node.items[i];
    if (!seen.insert(name.text).second) {
      complaints.add(name.at, "duplicate metric \"" + render(name) + "\"");
    } else if (!valid_metric_name(name.text)) {
      complaints.add(name.at, "metrics: " + metric_name_rule(name));
    } else if (!pattern.is_scalar()) {
      complaints.add(pattern.at,
                     "metrics." + render(name) + " must be a pattern, got " + quoted(pattern));
    } else if (const std::string wrong = pattern_objection(pattern.text); !wrong.empty()) {
      complaints.add(pattern.at, "metrics." + render(name) + ": " + wrong);
    } else {
      idl::MetricPattern metric;
      metric.metric = name.text;
      metric.pattern = pattern.text;
      metrics.push_back(std::move(metric));
    }
  }
  return metrics;
}

}  // namespace automl::engine::study_file
