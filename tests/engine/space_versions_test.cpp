// SPDX-License-Identifier: Apache-2.0
#include "engine/space_versions.hpp"

#include <gtest/gtest.h>

#include "engine/parameter_value.hpp"

namespace automl::engine {

namespace {

idl::Parameter real(const std::string& name, double low, double high, double step = 0) {
  idl::Parameter parameter;
  parameter.name = name;
  parameter.kind = idl::ParameterKind::FLOAT;
  parameter.low = low;
  parameter.high = high;
  parameter.step = step;
  return parameter;
}

idl::Parameter words(const std::string& name, const std::vector<std::string>& choices) {
  idl::Parameter parameter;
  parameter.name = name;
  parameter.kind = idl::ParameterKind::CHOICE;
  for (const std::string& choice : choices) {
    parameter.choices.push_back(text_value(choice));
  }
  return parameter;
}

idl::Assignment assigned(const std::string& name, const idl::Value& value) {
  idl::Assignment assignment;
  assignment.parameter = name;
  assignment.value = value;
  return assignment;
}

class CarryOver : public testing::Test {
 protected:
  MappedConfiguration carried(std::int64_t version,
                              const std::vector<idl::Assignment>& assignments) const {
    const std::vector<idl::Parameter>& now = versions_.back();
    return carry_over(make_space(now, {}), now, versions_, version, assignments);
  }
  std::string why_not(const std::vector<idl::Assignment>& assignments) const {
    return carried(1, assignments).objection;
  }

  SpaceVersions versions_;
};

TEST_F(CarryOver, ChoicesGoByTheirTextNotByTheirPlace) {
  versions_ = {{words("kind", {"red", "green"})}, {words("kind", {"blue", "red"})}};
  EXPECT_EQ(carried(1, {assigned("kind", text_value("red"))}).configuration->values,
            std::vector<double>{1});
  EXPECT_EQ(why_not({assigned("kind", text_value("green"))}), "with kind=green");
}

TEST_F(CarryOver, ValuesAreNeverMoved) {
  versions_ = {{real("x", 0, 1)}, {real("x", 0.25, 0.75, 0.25)}};
  EXPECT_EQ(carried(1, {assigned("x", real_value(0.5))}).configuration->values[0], 0.5);
  EXPECT_EQ(why_not({assigned("x", real_value(0.2))}), "with x below 0.25");
  EXPECT_EQ(why_not({assigned("x", real_value(0.8))}), "with x above 0.75");
  EXPECT_EQ(why_not({assigned("x", real_value(0.4))}), "with x between its steps");
}

TEST_F(CarryOver, ANewParameterHasTheDefaultItCameWith) {
  idl::Parameter y = real("y", 0, 1);
  y.__set_default_value(real_value(0.25));
  versions_ = {{real("x", 0, 1)}, {real("x", 0, 1), y}};
  y.__set_default_value(real_value(0.5));
  versions_.push_back({real("x", 0, 1), y});
  EXPECT_EQ(carried(1, {assigned("x", real_value(0.5))}).configuration->values,
            (std::vector<double>{0.5, 0.25}));
  versions_.push_back({real("x", 0, 1)});
  EXPECT_EQ(carried(1, {assigned("x", real_value(0.5))}).configuration->values.size(), 1U);
}

TEST_F(CarryOver, WhatWasInactiveHasNoValueToGoBy) {
  idl::Parameter momentum = real("momentum", 0, 1);
  momentum.conditions.resize(1);
  momentum.conditions[0].parameter = "kind";
  momentum.conditions[0].op = idl::ComparisonOp::EQUAL;
  momentum.conditions[0].operands = {text_value("sgd")};
  const idl::Parameter kind = words("kind", {"sgd", "adam"});
  versions_ = {{kind, momentum}, {kind, real("momentum", 0, 1)}};
  EXPECT_EQ(why_not({assigned("kind", text_value("adam"))}), "without momentum");
  EXPECT_EQ(why_not({assigned("kind", text_value("sgd")), assigned("momentum", real_value(0.5))}),
            "");
  // The other way round it is dropped.
  std::swap(versions_[0], versions_[1]);
  EXPECT_EQ(why_not({assigned("kind", text_value("adam")), assigned("momentum", real_value(0.5))}),
            "");
}

TEST_F(CarryOver, TheVersionInForceIsTakenAsItIs) {
  EXPECT_EQ(carry_over(make_space({real("x", 0, 1)}, {}),
                       {real("x", 0, 1)},
                       {},
                       1,
                       {assigned("x", real_value(1))})
                .configuration->values[0],
            1);
}

}  // namespace

}  // namespace automl::engine
