// SPDX-License-Identifier: Apache-2.0
#include "engine/ready_suggestions.hpp"

#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

idl::StudySpec asked_study(const std::string& algorithm) {
  idl::StudySpec spec = small_study("s");
  spec.command.clear();
  spec.algorithm.name = algorithm;
  spec.budget.trials = 50;
  return spec;
}

double asked(DrivenCore& engine) {
  const auto trials = std::get<std::vector<idl::Trial>>(engine.ask("s", 1));
  return trials.front().configuration.front().value.real;
}

TEST(ReadySuggestions, AnAskIsAnsweredFromWhatIsAtHand) {
  DrivenCore engine;
  engine.submit(asked_study("random"));
  engine.hold_suggestions();
  for (int i = 0; i < 20; ++i) {
    asked(engine);
  }
}

TEST(ReadySuggestions, TheSequenceIsTheSameHoweverItIsAskedFor) {
  for (const std::string algorithm : {"random", "sobol", "tpe"}) {
    std::vector<std::vector<double>> sequences(2);
    for (const bool restarts : {false, true}) {
      DrivenCore engine;
      engine.submit(asked_study(algorithm));
      for (int i = 0; i < 20; ++i) {
        sequences[restarts ? 1 : 0].push_back(asked(engine));
        engine.tell("s", i, i % 5);
        if (restarts && i % 4 == 1) {
          engine.restart();
        }
      }
    }
    EXPECT_EQ(sequences[0], sequences[1]) << algorithm;
  }
}

TEST(ReadySuggestions, AFreshSuggestionIsWaitedForABoundedTime) {
  DrivenCore engine;
  engine.submit(asked_study("tpe"));
  for (int i = 0; i < 12; ++i) {
    asked(engine);
    engine.tell("s", i, i);
  }
  asked(engine);
  engine.hold_suggestions();
  engine.tell("s", 12, -1);  // what is at hand does not know it
  const CallId call = engine.ask_without_waiting("s");
  EXPECT_FALSE(engine.reply_to(call));
  engine.wait_ms(999);
  EXPECT_FALSE(engine.reply_to(call));
  engine.wait_ms(1);
  EXPECT_TRUE(engine.reply_to(call)) << "then the older one is good enough";
  engine.release_suggestions();  // too late: its number is taken
  EXPECT_EQ(engine.storage().load_trials(engine.study("s").id, 0, 0).size(), 14U);
}

TEST(ReadySuggestions, AFreshSuggestionThatComesInTimeIsTaken) {
  std::vector<double> values;
  for (const bool held : {false, true}) {
    DrivenCore engine;
    engine.submit(asked_study("tpe"));
    for (int i = 0; i < 15; ++i) {
      asked(engine);
      engine.tell("s", i, (i * 7) % 5);
    }
    if (held) {
      asked(engine);
      engine.hold_suggestions();
      engine.tell("s", 15, -3);
      const CallId call = engine.ask_without_waiting("s");
      engine.wait_ms(500);
      engine.release_suggestions();
      EXPECT_TRUE(engine.reply_to(call));
    } else {
      asked(engine);
      engine.tell("s", 15, -3);
      asked(engine);
    }
    values.push_back(engine.trial("s", 16).configuration.front().value.real);
  }
  EXPECT_EQ(values[0], values[1]);
}

TEST(ReadySuggestions, WhoAsksForSeveralGetsThemTogether) {
  DrivenCore engine;
  engine.submit(asked_study("tpe"));  // one is computed ahead
  EXPECT_EQ(std::get<std::vector<idl::Trial>>(engine.ask("s", 3)).size(), 3U);
  EXPECT_EQ(std::get<std::vector<idl::Trial>>(engine.ask("s", 1)).size(), 1U);
}

TEST(ReadySuggestions, NothingBeyondTheBudgetIsHandedOut) {
  DrivenCore engine;
  idl::StudySpec spec = asked_study("random");
  spec.budget.trials = 5;
  engine.submit(spec);
  EXPECT_EQ(std::get<std::vector<idl::Trial>>(engine.ask("s", 50)).size(), 5U);
}

TEST(ReadySuggestions, APausedStudyHandsOutNothingAndDoesNotSpin) {
  DrivenCore engine;
  engine.submit(asked_study("tpe"));
  asked(engine);
  engine.hold_suggestions();
  engine.tell("s", 0, 1);
  const CallId call = engine.ask_without_waiting("s");
  engine.change("s", idl::StudyAction::PAUSE);
  EXPECT_EQ(refusal(*engine.reply_to(call)), "conflict: the study was paused");
  engine.release_suggestions();
  EXPECT_GT(engine.core().deadline(), 1'000'000'000);
}

}  // namespace

}  // namespace automl::engine
