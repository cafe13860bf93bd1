// SPDX-License-Identifier: Apache-2.0
#include "idl/json_writer.hpp"

#include <fstream>
#include <limits>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "records_types.h"
#include "service_types.h"

namespace automl::idl {
namespace {

TEST(JsonWriter, WritesFieldNamesAndEnumWords) {
  Objective objective;
  objective.metric = "loss";
  objective.goal = Goal::MINIMIZE;
  objective.rule = ValueRule::MEAN_LAST;
  objective.window = 5;
  EXPECT_EQ(to_json(objective),
            R"({"metric":"loss","goal":"minimize","rule":"mean_last","window":5})");
}

TEST(JsonWriter, WritesAConfigurationAsAnObjectOfPlainValues) {
  Trial trial;
  trial.state = TrialState::RUNNING;
  Assignment lr;
  lr.parameter = "lr";
  lr.value.__set_real(0.1);
  Assignment kind;
  kind.parameter = "k\"ind";
  kind.value.__set_text("sgd");
  trial.configuration = {lr, kind};
  const std::string text = to_json(trial);
  EXPECT_NE(text.find(R"("configuration":{"lr":0.1,"k\"ind":"sgd"})"), std::string::npos) << text;
  trial.configuration.clear();
  EXPECT_NE(to_json(trial).find(R"("configuration":{},)"), std::string::npos);
}

TEST(JsonWriter, WritesListsOfValuesAndNestedLists) {
  Parameter parameter;
  parameter.kind = ParameterKind::CHOICE;
  Value a;
  a.__set_text("a");
  Value b;
  b.__set_flag(true);
  parameter.choices = {a, b};
  EXPECT_NE(to_json(parameter).find(R"("choices":["a",true])"), std::string::npos);
  StudySpec spec;
  Assignment one;
  one.parameter = "x";
  one.value.__set_integer(3);
  spec.baseline = {{one}, {one}};
  spec.datasets = {"d", "e"};
  const std::string text = to_json(spec);
  EXPECT_NE(text.find(R"("baseline":[{"x":3},{"x":3}])"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("datasets":["d","e"])"), std::string::npos) << text;
}

TEST(JsonWriter, EscapesControlCharactersAndBrokenUtf8) {
  EXPECT_EQ(json_quoted("a\x1b[0m\n\xff\"\\é"), "\"a\\u001b[0m\\u000a\\ufffd\\\"\\\\é\"");
  Measurement measurement;
  measurement.metrics = {{"a", std::numeric_limits<double>::quiet_NaN()},
                         {"b", -std::numeric_limits<double>::infinity()}};
  EXPECT_NE(to_json(measurement).find(R"("metrics":{"a":"nan","b":"-inf"})"), std::string::npos);
}

// Every enum field of every struct in the IDL must come out as a word.
TEST(JsonWriter, KnowsEveryEnumFieldOfTheIdl) {
  std::set<std::string> enums;
  std::set<std::pair<std::string, std::string>> fields;
  for (const char* file : {"/idl/records.thrift", "/idl/service.thrift"}) {
    std::ifstream stream(std::string(AUTOML_SOURCE_DIR) + file);
    std::string structure;
    for (std::string line; std::getline(stream, line);) {
      std::smatch match;
      if (std::regex_search(line, match, std::regex("^enum (\\w+)"))) {
        enums.insert(match[1]);
      } else if (std::regex_search(line, match, std::regex("^(struct|union|exception) (\\w+)"))) {
        structure = match[2];
      } else if (std::regex_search(
                     line,
                     match,
                     std::regex("^\\s+\\d+: (?:optional )?(?:records\\.)?(\\w+) (\\w+)"))) {
        if (enums.count(match[1]) != 0) {
          fields.insert({structure, match[2]});
        }
      }
    }
  }
  ASSERT_GE(fields.size(), 12u);
  std::ifstream source(std::string(AUTOML_SOURCE_DIR) + "/idl/json_writer.cpp");
  std::stringstream text;
  text << source.rdbuf();
  for (const auto& [structure, field] : fields) {
    EXPECT_NE(text.str().find("{{\"" + structure + "\", \"" + field + "\"}"), std::string::npos)
        << structure << "." << field << " has no names in json_writer.cpp";
  }
}

}  // namespace
}  // namespace automl::idl
