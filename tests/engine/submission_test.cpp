// SPDX-License-Identifier: Apache-2.0
#include "engine/submission.hpp"

#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

TEST(Submission, TheSameStudyAgainContinuesIt) {
  DrivenCore engine;
  const Payload first = engine.submit(small_study("s"));
  EXPECT_EQ(std::get<idl::SubmitReply>(first).outcome, idl::Submission::CREATED);
  const Payload second = engine.submit(small_study("s"));
  EXPECT_EQ(std::get<idl::SubmitReply>(second).outcome, idl::Submission::CONTINUED);
  EXPECT_EQ(engine.storage().load_studies().size(), 1U);
}

TEST(Submission, ADifferentStudyOfTheSameNameSaysWhatDiffers) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  idl::StudySpec other = small_study("s");
  other.parallel = 5;
  other.space.front().high = 2;
  other.enqueue.resize(1);
  EXPECT_EQ(refusal(engine.submit(other)),
            "conflict: study \"s\" exists and is not the same: space, enqueue, parallel changed; "
            "automl edit s FILE changes it as far as that is possible, or give the new one another "
            "name");
}

TEST(Submission, ObjectivesAndConstraintsAreCompared) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.constraints = {bound("latency_ms", idl::ComparisonOp::LESS, 20)};
  engine.submit(spec);
  EXPECT_EQ(refusal(engine.submit(spec)), "");
  spec.constraints[0].bound = 30;
  spec.objectives[0].rule = idl::ValueRule::BEST;
  EXPECT_EQ(
      refusal(engine.submit(spec)),
      "conflict: study \"s\" exists and is not the same: objective, constraints changed; "
      "automl edit s FILE changes it as far as that is possible, or give the new one another name");
}

TEST(Submission, AStudyNeedsAnObjectiveAndAnAlgorithmForAllOfThem) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.objectives.clear();
  EXPECT_EQ(refusal(engine.submit(spec)), "invalid: a study needs an objective");
  spec = small_study("s");
  spec.objectives.push_back(spec.objectives[0]);
  spec.algorithm.name = "cmaes";
  EXPECT_EQ(refusal(engine.submit(spec)).substr(0, 57),
            "invalid: cmaes takes at most 1 objective, the study has 2");
}

TEST(Submission, ARepeatedRequestCreatesOnceAlsoAfterARestart) {
  DrivenCore engine;
  engine.submit(small_study("s"), "r");
  engine.restart();
  const Payload again = engine.submit(small_study("s"), "r");
  EXPECT_EQ(std::get<idl::SubmitReply>(again).outcome, idl::Submission::CREATED);
  idl::SessionSpec session;
  session.command = "train";
  const Payload one = engine.submit_session(session, "q");
  const Payload two = engine.submit_session(session, "q");
  EXPECT_EQ(std::get<idl::SubmitSessionReply>(one).session.name,
            std::get<idl::SubmitSessionReply>(two).session.name);
}

TEST(Submission, RepliesAreForgottenAfterAnHourOfWorkNotOfTheWallClock) {
  DrivenCore engine;
  idl::SessionSpec session;
  session.command = "train";
  engine.submit_session(session, "q");
  engine.set_wall_back_ms(-48 * 3'600'000LL);
  engine.restart();
  engine.wait_ms(3'000'000);
  EXPECT_TRUE(engine.storage().find_reply("ann", "q"));
  engine.wait_ms(700'000);
  EXPECT_FALSE(engine.storage().find_reply("ann", "q"));
}

TEST(Submission, AStoppedStudyIsRevivedByStartingItAgain) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  engine.complete(engine.take_token(), 1);
  engine.change("s", idl::StudyAction::STOP);
  EXPECT_EQ(engine.study("s").state, idl::StudyState::STOPPED);
  engine.take_launches();
  engine.submit(small_study("s"));
  EXPECT_EQ(engine.study("s").state, idl::StudyState::RUNNING);
  EXPECT_EQ(engine.take_launches().size(), 1U);
}

TEST(Submission, ARevivedStudyIsForgivenItsFailures) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.budget.trials = 20;
  engine.submit(spec);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 3; ++i) {
      const std::string token = engine.take_token();
      engine.register_runner(token);
      engine.finish(token, exited(1));
    }
    EXPECT_EQ(engine.study("s").state, idl::StudyState::FAILED) << round;
    EXPECT_TRUE(engine.take_launches().empty());
    engine.change("s", idl::StudyAction::RESUME);
    EXPECT_EQ(engine.study("s").state, idl::StudyState::RUNNING) << round;
  }
}

TEST(Submission, ADoneStudyCannotBeResumed) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.budget.trials = 1;
  engine.submit(spec);
  engine.complete(engine.take_token(), 1);
  EXPECT_EQ(refusal(engine.change("s", idl::StudyAction::RESUME)),
            "conflict: study \"s\" is done: all trials done");
  EXPECT_EQ(refusal(engine.change("s", idl::StudyAction::PAUSE)),
            "conflict: study \"s\" is not running");
}

TEST(Submission, SessionsAreNumberedByOwnerAndDataset) {
  DrivenCore engine;
  idl::SessionSpec session;
  session.command = "train";
  for (const char* name : {"ann/digits/1", "ann/digits/2"}) {
    const Payload reply = engine.submit_session(session);
    EXPECT_EQ(std::get<idl::SubmitSessionReply>(reply).session.name, name);
  }
  session.command.clear();
  EXPECT_EQ(refusal(engine.submit_session(session)), "invalid: a session needs a command");
  EXPECT_EQ(refusal(engine.stop_session("ann/digits/9")),
            "not found: there is no session \"ann/digits/9\"");
}

}  // namespace

}  // namespace automl::engine
