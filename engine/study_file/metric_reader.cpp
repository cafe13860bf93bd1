// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "engine/study_file/metric_reader.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include <pcre2.h>

#include "engine/study_file/nearest_name.hpp"
#include "engine/study_file/quantities.hpp"

namespace automl::engine::study_file {

namespace {

constexpr int kWidestWindow = 10'000;
constexpr std::size_t kMostMetrics = 100;
constexpr std::size_t kLongestPattern = 1'000;

// Metric names are keys of JSON reports and columns of tables.
bool valid_metric_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 &&
         name.find_first_of(" \t\n,;=\"'`$\\") == std::string::npos;
}

std::string metric_name_rule(const Node& node) {
  return "a metric's name has at most 64 characters without spaces, quotes and , ; = $ \\, got " +
         quoted(node);
}

// `mean(last 5)`: 5; 0 when it is something else.
int mean_window(const std::string& text) {
  const std::string before = "mean(last ";
  if (text.compare(0, before.size(), before) != 0 || text.back() != ')') {
    return 0;
  }
  const auto window = to_integer(text.substr(before.size(), text.size() - before.size() - 1));
  return window && *window >= 1 && *window <= kWidestWindow ? static_cast<int>(*window) : 0;
}

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

void read_rule(const Node& node, idl::Objective& objective, Complaints& complaints) {
  const std::string text = node.is_scalar() ? node.text : "";
  if (text == "last" || text == "best") {
    objective.rule = text == "last" ? idl::ValueRule::LAST : idl::ValueRule::BEST;
  } else if (const int window = text.empty() ? 0 : mean_window(text); window > 0) {
    objective.rule = idl::ValueRule::MEAN_LAST;
    objective.window = window;
  } else {
    complaints.add(node.at,
                   "objective.value must be last, best or mean(last N), got " + quoted(node) +
                       did_you_mean(text, {"last", "best"}));
  }
}

}  // namespace

idl::Objective read_objective(const Node& node, Complaints& complaints) {
  const Section section(node, "objective", "objective", complaints);
  idl::Objective objective;
  objective.metric = section.text("metric").value_or("");
  if (const Node* metric = section.find("metric");
      metric != nullptr && !valid_metric_name(metric->text)) {
    complaints.add(metric->at, "objective.metric: " + metric_name_rule(*metric));
  }
  objective.goal = section.text("goal") == "maximize" ? idl::Goal::MAXIMIZE : idl::Goal::MINIMIZE;
  objective.rule = idl::ValueRule::LAST;
  if (const Node* rule = section.find("value")) {
    read_rule(*rule, objective, complaints);
  }
  return objective;
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
