// SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

idl::Checkpoint saved(std::int64_t number, std::int64_t step = -1, int attempt = 1) {
  idl::Checkpoint checkpoint;
  checkpoint.session_id = 1;
  checkpoint.number = number;
  checkpoint.attempt = attempt;
  checkpoint.step = step;
  checkpoint.digest = std::string(63, 'a') + std::to_string(number % 10);
  checkpoint.bytes = 3;
  checkpoint.files = 1;
  return checkpoint;
}

idl::ReportBatch batch_of(const std::vector<idl::Checkpoint>& checkpoints) {
  idl::ReportBatch batch;
  batch.checkpoints = checkpoints;
  return batch;
}

idl::StudySpec retried(idl::ValueRule::type rule = idl::ValueRule::BEST) {
  idl::StudySpec spec = small_study("s");
  spec.retries = 5;
  spec.objectives[0].rule = rule;
  return spec;
}

// The order for the next attempt, after the present one was lost.
struct Next {
  std::string token;
  idl::RunnerOrder order;
};
Next lose(DrivenCore& engine, const std::string& token) {
  engine.find(token, executor::Presence::kGone);
  Next next;
  next.token = engine.take_token();
  next.order = std::get<idl::RunnerOrder>(engine.register_runner(next.token));
  return next;
}

TEST(Checkpoints, TheNextAttemptStartsFromTheNewest) {
  DrivenCore engine;
  engine.submit(retried());
  const std::string token = engine.take_token();
  const auto first = std::get<idl::RunnerOrder>(engine.register_runner(token));
  EXPECT_FALSE(first.__isset.restore);
  EXPECT_EQ(first.last_checkpoint, 0);
  EXPECT_FALSE(engine.attempts(1).back().__isset.restored);
  engine.report_batch(token, batch_of({saved(1)}));
  engine.report_batch(token, batch_of({saved(1), saved(2)}));  // a repeat changes nothing
  engine.restart();
  const Next next = lose(engine, token);
  EXPECT_EQ(next.order.restore, saved(2));
  EXPECT_THAT(next.order.restore_otherwise, ElementsAre(saved(1)));
  EXPECT_EQ(next.order.last_checkpoint, 2);
  EXPECT_EQ(engine.attempts(1).back().restored, saved(2));
}

TEST(Checkpoints, OldOnesAreLetGoOf) {
  Settings settings;
  settings.keep_checkpoints = 2;
  DrivenCore engine(settings);
  engine.submit(retried());
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.take_sweeps();
  engine.report_batch(token, batch_of({saved(1), saved(2)}));
  EXPECT_EQ(engine.take_sweeps(), 0);
  engine.report_batch(token, batch_of({saved(3)}));
  EXPECT_GT(engine.take_sweeps(), 0);
  EXPECT_THAT(engine.storage().load_checkpoints(1), ElementsAre(saved(2), saved(3)));
  engine.report_batch(token, batch_of({saved(1)}));  // a late repeat
  EXPECT_THAT(engine.storage().load_checkpoints(1), ElementsAre(saved(2), saved(3)));
  engine.report(token, {measured(1, 1)});
  engine.finish(token, exited(0));
  EXPECT_THAT(engine.storage().load_checkpoints(1), ElementsAre(saved(3)));
  EXPECT_GT(engine.take_sweeps(), 0);
}

TEST(Checkpoints, OnlyTheHolderRecordsAndOnlyWhatMakesSense) {
  DrivenCore engine;
  engine.submit(retried());
  const std::string token = engine.take_token();
  engine.register_runner(token);
  idl::Checkpoint stranger = saved(1);
  stranger.session_id = 99;
  engine.report_batch(token, batch_of({stranger}));
  EXPECT_THAT(engine.storage().load_checkpoints(0), ElementsAre(saved(1)));
  std::vector<idl::Checkpoint> nonsense(7, saved(2));
  nonsense[0].digest = "../../etc/passwd";
  nonsense[1].number = -1;
  nonsense[2].number = std::int64_t{1} << 60;
  nonsense[3].attempt = 2;
  nonsense[4].bytes = -1;
  nonsense[5].name = std::string(300, 'x');
  nonsense[6].files = 0;
  engine.report_batch(token, batch_of(nonsense));
  EXPECT_THAT(engine.storage().load_checkpoints(0), ElementsAre(saved(1)));
  const Next next = lose(engine, token);
  EXPECT_EQ(refusal(engine.report_batch(token, batch_of({saved(2)}))),
            "superseded: this attempt is over; stop its command");
  EXPECT_THAT(engine.storage().load_checkpoints(0), ElementsAre(saved(1)));
}

TEST(Checkpoints, AResumedAttemptContinuesTheCurve) {
  DrivenCore engine;
  engine.submit(retried());
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 0.9), measured(2, 0.1)});
  engine.report_batch(token, batch_of({saved(1, 2)}));
  engine.report(token, {measured(3, 0.05)});  // will be done again: not what the trial found
  const Next next = lose(engine, token);
  idl::Measurement third = measured(1, 0.3);
  third.step = 3;
  engine.report(next.token, {third});
  engine.restart();
  engine.finish(next.token, exited(0));
  EXPECT_EQ(engine.trial("s", 0).value, 0.1);
}

TEST(Checkpoints, AnAttemptWithNothingLeftToDoHasTheCurveBeforeIt) {
  DrivenCore engine;
  engine.submit(retried(idl::ValueRule::LAST));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 0.9), measured(2, 0.4)});
  engine.report_batch(token, batch_of({saved(1, 2)}));
  const Next next = lose(engine, token);
  engine.finish(next.token, exited(0));
  EXPECT_EQ(engine.trial("s", 0).state, idl::TrialState::COMPLETE);
  EXPECT_EQ(engine.trial("s", 0).value, 0.4);
}

TEST(Checkpoints, AnAttemptFromZeroBeginsAnew) {
  DrivenCore engine;
  engine.submit(retried());
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 0.1)});
  const Next second = lose(engine, token);
  engine.report(second.token, {measured(1, 0.9)});
  engine.report_batch(second.token, batch_of({saved(1, 1, 2)}));
  engine.report(second.token, {measured(2, 0.8)});
  EXPECT_EQ(engine.trial("s", 0).state, idl::TrialState::RUNNING);
  // Ordered to go on, but what it was to start from is damaged.
  const Next third = lose(engine, second.token);
  idl::ReportBatch batch;
  batch.__set_started_from(idl::Checkpoint());
  batch.measurements = {measured(1, 0.7)};
  engine.report_batch(third.token, batch);
  EXPECT_FALSE(engine.attempts(1).back().__isset.restored);
  engine.finish(third.token, exited(0));
  EXPECT_EQ(engine.trial("s", 0).value, 0.7);
}

TEST(Checkpoints, ALostRecordIsMadeGoodByTheNextRunner) {
  DrivenCore engine;
  engine.submit(retried());
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report(token, {measured(1, 0.5)});
  const Next next = lose(engine, token);
  EXPECT_FALSE(next.order.__isset.restore);
  idl::ReportBatch batch = batch_of({saved(1, 1)});
  batch.__set_started_from(saved(1, 1));
  engine.report_batch(next.token, batch);
  engine.report_batch(next.token, batch);
  EXPECT_EQ(engine.attempts(1).back().restored, saved(1, 1));
  engine.finish(next.token, exited(0));
  EXPECT_EQ(engine.trial("s", 0).value, 0.5);
}

TEST(Checkpoints, ADonorsIsUsedUntilTheSessionHasSavedItsOwn) {
  DrivenCore engine;
  engine.submit(retried());
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.report_batch(token, batch_of({saved(1)}));
  idl::Checkpoint donors = saved(7);
  donors.session_id = 42;
  idl::Session session = engine.session(1);
  session.__set_restore(donors);
  engine.storage().begin();
  ASSERT_TRUE(engine.storage().update_session(session));
  engine.storage().commit();
  engine.restart();
  engine.report_batch(token, batch_of({saved(2)}));  // by an attempt that has not started from it
  Next next = lose(engine, token);
  EXPECT_EQ(next.order.restore, donors);
  EXPECT_THAT(next.order.restore_otherwise, ElementsAre(saved(2), saved(1)));
  EXPECT_EQ(next.order.last_checkpoint, 2);
  EXPECT_EQ(engine.attempts(1).back().restored, donors);
  next = lose(engine, next.token);
  EXPECT_EQ(next.order.restore, donors) << "nothing has been saved since";
  engine.report_batch(next.token, batch_of({saved(3, -1, 3)}));
  EXPECT_FALSE(engine.session(1).__isset.restore);
  next = lose(engine, next.token);
  EXPECT_EQ(next.order.restore, saved(3, -1, 3));
}

TEST(Checkpoints, ADonorsThatCannotBeUsedIsForgotten) {
  DrivenCore engine;
  engine.submit(retried());
  const std::string token = engine.take_token();
  idl::Session session = engine.session(1);
  session.__set_restore(saved(7));
  engine.storage().begin();
  ASSERT_TRUE(engine.storage().update_session(session));
  engine.storage().commit();
  engine.restart();
  engine.register_runner(token);
  idl::ReportBatch batch;
  batch.__set_started_from(idl::Checkpoint());
  engine.report_batch(token, batch);
  EXPECT_FALSE(engine.session(1).__isset.restore);
}

}  // namespace

}  // namespace automl::engine
