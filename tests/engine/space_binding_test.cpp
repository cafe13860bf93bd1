// SPDX-License-Identifier: Apache-2.0
#include "engine/space_binding.hpp"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/parameter_value.hpp"
#include "engine/study_file/parser.hpp"
#include "engine/study_search.hpp"

#include "search/options.hpp"
#include "search/space_encoding.hpp"

namespace automl::engine {
namespace {

using ::testing::HasSubstr;

idl::StudySpec study(const std::string& more = "") {
  const std::string text =
      "study: s\n"
      "objective: {metric: loss, goal: minimize}\n"
      "space:\n"
      "  lr: {float: [1e-5, 1], log: true, default: 0.1}\n"
      "  momentum: {float: [0, 0.99], when: {optimizer: sgd}}\n"
      "  depth: {int: [10, 128], step: 2}\n"
      "  optimizer: {choice: [sgd, adam]}\n"
      "  width: {ordinal: [32, 64, 128, 256]}\n"
      "  wide: {bool: true, when: {width: \">= 100\"}}\n"
      "  dropout: {float: [0, 1], step: 0.1, when: {wide: true, depth: \"> 20\"}}\n"
      "  big: {int: [1, 9007199254740992], log: true}\n"
      "  epochs: {fixed: 30}\n"
      "forbid: [\"depth > 100 and width == 256\", \"optimizer in [adam] and lr >= 0.5\"]\n" +
      more;
  const study_file::Parsed parsed = study_file::parse(text, "study.yaml", "");
  for (const auto& error : parsed.errors) {
    ADD_FAILURE() << error.line << ": " << error.message;
  }
  return parsed.spec.value_or(idl::StudySpec());
}

idl::Assignment set(const std::string& name, const idl::Value& value) {
  idl::Assignment assignment;
  assignment.parameter = name;
  assignment.value = value;
  return assignment;
}

TEST(SpaceBinding, AnObservationIsToBeMinimisedAndMetBelowZero) {
  idl::StudySpec spec =
      study("algorithm: random\nconstraints: [\"latency < 20\", \"memory >= 4\", \"loss <= 1\"]\n");
  spec.objectives.push_back(spec.objectives[0]);
  spec.objectives[1].metric = "acc";
  spec.objectives[1].goal = idl::Goal::MAXIMIZE;
  idl::Trial trial;
  trial.number = 7;
  trial.state = idl::TrialState::COMPLETE;
  trial.values = {0.5, 0.9};
  trial.constraint_values = {{"latency", 25}, {"memory", 6}, {"loss", 0.5}};
  const search::Observation one = to_observation(spec, trial, {});
  EXPECT_EQ(one.trial, 7);
  EXPECT_EQ(one.status, search::Status::kComplete);
  EXPECT_EQ(one.value, 0.5);
  EXPECT_EQ(one.further, std::vector<double>{-0.9});
  EXPECT_EQ(one.constraints, (std::vector<double>{0.25, -0.5, -0.5}));
  EXPECT_FALSE(one.feasible());
  trial.values = {0.5};
  EXPECT_THROW(to_observation(spec, trial, {}), std::invalid_argument);
  trial.values = {0.5, 0.9};
  trial.constraint_values.erase("memory");
  EXPECT_THROW(to_observation(spec, trial, {}), std::invalid_argument);
  trial.state = idl::TrialState::FAILED;
  EXPECT_EQ(to_observation(spec, trial, {}).status, search::Status::kFailed);
}

TEST(SpaceBinding, AutoKnowsHowManyObjectivesThereAre) {
  idl::StudySpec spec = study();
  spec.objectives.resize(2, spec.objectives[0]);
  EXPECT_THAT(algorithm_note(spec), HasSubstr("2 objectives"));
  spec.objectives.resize(5, spec.objectives[0]);
  EXPECT_THAT(algorithm_note(spec), HasSubstr("nsga2"));
  spec.objectives.clear();
  EXPECT_THROW(make_search(spec), search::OptionError);
}

// Proposals of ten among which no trial has ended, by whether they are random ones.
std::string random_ones(const std::string& algorithm, const std::string& scheduler) {
  idl::StudySpec spec = study("algorithm: " + algorithm + "\n");
  spec.scheduler.name = scheduler;
  const auto search = make_search(spec);
  std::string found;
  for (const search::Suggestion& one : search->sampler->suggest(
           {.history = search->history, .pending = {}, .index = 0, .seed = 5, .count = 10})) {
    found += one.reason == "every third one is random" ? 'r' : '.';
  }
  return found;
}

TEST(SpaceBinding, EveryThirdProposalIsRandomBesideASchedulerThatHalves) {
  for (const std::string scheduler : {"asha", "hyperband", "bohb"}) {
    EXPECT_EQ(random_ones("tpe", scheduler), "..r..r..r.");
  }
  EXPECT_EQ(random_ones("tpe", "median"), "..........");
  EXPECT_EQ(random_ones("sobol", "asha"), "..........");
}

TEST(SpaceBinding, AssignmentsAndConfigurationsAreTheSame) {
  const idl::StudySpec spec = study("algorithm: random\nseed: 5\n");
  const auto search = make_search(spec);
  EXPECT_EQ(search->seed, 5U);
  const search::Request request{
      .history = search->history, .pending = {}, .index = 0, .seed = 5, .count = 500};
  int active = 0;
  for (const search::Suggestion& suggestion : search->sampler->suggest(request)) {
    const auto assignments = to_assignments(spec.space, suggestion.configuration);
    EXPECT_EQ(to_configuration(search->space, spec.space, assignments), suggestion.configuration);
    EXPECT_EQ(search->space.objection(suggestion.configuration), "");
    active += static_cast<int>(assignments.size());
  }
  EXPECT_LT(active, 500 * 9);
  EXPECT_GT(active, 500 * 6);
}

TEST(SpaceBinding, MissingParametersTakeTheirDefaults) {
  const idl::StudySpec spec = study();
  const search::SearchSpace space = make_space(spec.space, spec.forbid);
  const auto defaults = to_assignments(spec.space, to_configuration(space, spec.space, {}));
  ASSERT_FALSE(defaults.empty());
  EXPECT_EQ(defaults[0].parameter, "lr");
  EXPECT_EQ(defaults[0].value.real, 0.1);
  EXPECT_EQ(defaults.back().parameter, "epochs");
  EXPECT_EQ(defaults.back().value.integer, 30);
}

TEST(SpaceBinding, ValuesKeepTheirKinds) {
  const idl::StudySpec spec = study();
  const search::SearchSpace space = make_space(spec.space, spec.forbid);
  const auto back = to_assignments(spec.space,
                                   to_configuration(space,
                                                    spec.space,
                                                    {set("lr", integer_value(1)),
                                                     set("depth", real_value(12)),
                                                     set("width", real_value(128)),
                                                     set("wide", flag_value(false))}));
  EXPECT_TRUE(back[0].value.__isset.real);
  EXPECT_TRUE(back[2].value.__isset.integer);
  EXPECT_EQ(back[2].value.integer, 12);
  EXPECT_EQ(back[4].value.integer, 128);
  EXPECT_TRUE(back[5].value.__isset.flag);
}

TEST(SpaceBinding, ComparesNumericOrdinalsByTheirNumbers) {
  const idl::StudySpec spec = study();
  const search::SearchSpace space = make_space(spec.space, spec.forbid);
  for (const int width : {32, 64, 128, 256}) {
    const auto configuration =
        to_configuration(space, spec.space, {set("width", integer_value(width))});
    EXPECT_EQ(configuration.active(5), width >= 100) << width;
  }
}

TEST(SpaceBinding, RefusesWhatLiesOutsideTheSpace) {
  const idl::StudySpec spec = study();
  const search::SearchSpace space = make_space(spec.space, spec.forbid);
  const auto objection = [&](const std::vector<idl::Assignment>& assignments) -> std::string {
    try {
      to_configuration(space, spec.space, assignments);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(objection({set("lrr", real_value(0.1))}), HasSubstr("no parameter \"lrr\""));
  EXPECT_THAT(objection({set("lr", real_value(2))}), HasSubstr("\"lr\" cannot be 2"));
  EXPECT_THAT(objection({set("lr", real_value(1e-6))}), HasSubstr("\"lr\" cannot be 1e-06"));
  EXPECT_THAT(objection({set("lr", text_value("a"))}), HasSubstr("\"lr\" is never a"));
  EXPECT_THAT(objection({set("depth", integer_value(13))}), HasSubstr("the nearest value is"));
  EXPECT_THAT(objection({set("optimizer", text_value("sdg"))}), HasSubstr("\"optimizer\""));
  EXPECT_THAT(objection({set("optimizer", text_value("adam")), set("momentum", real_value(0.5))}),
              HasSubstr("\"momentum\" is inactive"));
}

TEST(SpaceBinding, SaysWhatTheAlgorithmIs) {
  EXPECT_THAT(algorithm_note(study()), HasSubstr("auto → "));
  EXPECT_THAT(algorithm_note(study("algorithm: sobol\n")), HasSubstr("sobol: "));
}

TEST(SpaceBinding, TellsWhichParameterIsWrong) {
  idl::StudySpec spec = study();
  spec.space[1].conditions[0].parameter = "nobody";
  try {
    make_space(spec.space, {});
    FAIL();
  } catch (const search::SpaceError& error) {
    EXPECT_EQ(error.parameter, 1U);
  }
}

}  // namespace
}  // namespace automl::engine
