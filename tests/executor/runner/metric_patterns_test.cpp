// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/metric_patterns.hpp"

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace automl::executor {
namespace {

MetricPatterns patterns(std::initializer_list<std::pair<const char*, const char*>> texts) {
  std::vector<idl::MetricPattern> list;
  for (const auto& [metric, text] : texts) {
    list.emplace_back();
    list.back().metric = metric;
    list.back().pattern = text;
  }
  return MetricPatterns(list);
}

TEST(MetricPatterns, FindNumbersInTheirFirstGroup) {
  MetricPatterns found = patterns({{"acc", "acc[=:]\\s*(\\S+)"}, {"loss", "loss ([^ ]+)"}});
  EXPECT_EQ(found.match("acc: 0.5, loss 2e-3 x"),
            (std::map<std::string, double>{{"acc", 0.5}, {"loss", 2e-3}}));
  EXPECT_TRUE(found.match("nothing").empty());
  EXPECT_TRUE(found.match("acc=high loss ").empty());
  EXPECT_TRUE(std::isnan(found.match("acc=NaN").at("acc")));
  EXPECT_EQ(found.match("acc=-Infinity").at("acc"), -INFINITY);
  EXPECT_EQ(found.lines(), 5);
}

TEST(MetricPatterns, CountWhatTheyFound) {
  MetricPatterns found = patterns({{"acc", "acc=(\\d+)"}});
  found.match("acc=1 first");
  found.match(std::string("acc=2 \xff") + std::string(1'000, 'x'));
  found.count("other", "other = 3");
  const auto matches = found.matches();
  ASSERT_EQ(matches.size(), 2U);
  EXPECT_EQ(matches[0].count, 2);
  EXPECT_EQ(matches[0].first_line, "acc=1 first");
  EXPECT_EQ(matches[0].last_line.substr(0, 9), "acc=2 \xef\xbf\xbd");
  EXPECT_LT(matches[0].last_line.size(), 400U);
  EXPECT_EQ(matches[1].metric, "other");
}

TEST(MetricPatterns, RefuseWhatDoesNotCompile) {
  EXPECT_THROW(patterns({{"acc", "("}}), std::invalid_argument);
}

TEST(MetricPatterns, AreBoundedInTime) {
  const char* const explosive[] = {"(a+)+$",
                                   "(a|aa)+$",
                                   "(.*)*x(\\d)",
                                   "((a*)*)*b",
                                   "(?:a?){50}a{50}(\\d)",
                                   "(a+a+)+b",
                                   ".*.*.*(=)"};
  for (const char* pattern : explosive) {
    MetricPatterns found = patterns({{"m", pattern}});
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 30; ++i) {
      found.match(std::string(64 << 10, 'a') + "!");
      found.match(std::string(40, 'a') + "!");
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << pattern;
  }
}

TEST(MetricPatterns, DeepNestingDoesNotOverflowTheStack) {
  MetricPatterns found = patterns({{"m", "^(?:(?:x|y)*z?)*(\\d)$"}});
  EXPECT_TRUE(found.match(std::string(64 << 10, 'x')).empty());
}

TEST(ParseNumber, TakesWhatProgramsPrint) {
  double value = 0;
  for (const char* text :
       {"1", "-1.5", "1e-5", "+2", ".5", "nan", "NaN", "inf", "-Infinity", "1."}) {
    EXPECT_TRUE(parse_number(text, value)) << text;
  }
  for (const char* text : {"", "x", "1x", "1,5", "--1", "1 2"}) {
    EXPECT_FALSE(parse_number(text, value)) << text;
  }
}

}  // namespace
}  // namespace automl::executor
