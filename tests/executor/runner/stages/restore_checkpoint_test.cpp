// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/restore_checkpoint.hpp"

#include <filesystem>
#include <fstream>
#include <signal.h>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "executor/last_checkpoint.hpp"
#include "tests/executor/runner/attempt_run.hpp"

namespace automl::executor::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

// Counts on from what it finds, saves, and reports without a step of its own; is killed at `end`.
std::string counting(const AttemptRun& attempt, int end) {
  const std::string script = attempt.home() + "/train.py";
  std::ofstream(script) << "import automl, os, signal, sys\n"
                           "done = automl.load('done', 0)\n"
                           "print('from', done)\n"
                           "while done < int(sys.argv[1]):\n"
                           "    done += 1\n"
                           "    automl.report(value=done)\n"
                           "    automl.save('done', done)\n"
                           "os.kill(os.getpid(), signal.SIGKILL)\n";
  return "exec /usr/bin/python3 " + script + " " + std::to_string(end);
}

void damage(const AttemptRun& attempt, const idl::Checkpoint& checkpoint) {
  const storage::CheckpointStore store(attempt.order.artifact_directory);
  const std::string object = store.object_path(store.manifest(checkpoint.digest)->front().digest);
  fs::permissions(object, fs::perms(0600));
  std::ofstream(object) << "nonsense";
}

TEST(RestoreCheckpoint, TheNextAttemptGoesOn) {
  AttemptRun attempt;
  attempt.launch(counting(attempt, 3));
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_EQ(attempt.output(), "from 0\n");
  attempt.order_next();
  attempt.launch(counting(attempt, 5));
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_THAT(attempt.output(), HasSubstr("automl: starts from checkpoint 3 (step 2)\nfrom 3\n"));
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.checkpoints.size(), 5U);
  EXPECT_EQ(record.checkpoints.back().attempt, 2);
  EXPECT_EQ(record.checkpoints.back().step, 4) << "steps are counted on";
  EXPECT_TRUE(record.starts.empty()) << "it started from what was ordered";
}

TEST(RestoreCheckpoint, SaysWhenThereIsNone) {
  AttemptRun attempt;
  attempt.run("echo half > $AUTOML_CHECKPOINT/model; kill -KILL $$");
  attempt.order_next();
  attempt.launch("ls $AUTOML_CHECKPOINT");
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_EQ(attempt.output(), "automl: starts from zero: there is no checkpoint\n");
}

TEST(RestoreCheckpoint, TakesAnEarlierOneWhenTheNewestIsDamaged) {
  AttemptRun attempt;
  attempt.launch(counting(attempt, 3));
  EXPECT_EQ(attempt.wait(), 0);
  const std::vector<idl::Checkpoint> saved = attempt.gate().record().checkpoints;
  damage(attempt, saved[2]);
  attempt.order_next();
  attempt.launch(counting(attempt, 3));
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_THAT(
      attempt.output(),
      HasSubstr("automl: checkpoint 3 (step 2) cannot be used: done is damaged in the store\n"
                "automl: starts from checkpoint 2 (step 1)\n"
                "from 2\n"));
  EXPECT_EQ(attempt.gate().record().starts, std::vector{saved[1]});
  for (const idl::Checkpoint& checkpoint : attempt.gate().record().checkpoints) {
    const storage::CheckpointStore store(attempt.order.artifact_directory);
    fs::remove(attempt.order.artifact_directory + "/manifests/" + checkpoint.digest);
  }
  attempt.order_next();
  attempt.launch(counting(attempt, 1));
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_THAT(attempt.output(), HasSubstr("starts from zero: there is no checkpoint\nfrom 0\n"));
  EXPECT_EQ(attempt.gate().record().starts.back().number, 0);
}

// Neither runner nor engine lived to record it, but the program was told that it is safe.
TEST(RestoreCheckpoint, FindsWhatWasNeverRecorded) {
  AttemptRun attempt;
  const std::string script = attempt.home() + "/train.py";
  std::ofstream(script) << "import automl, os, time\n"
                           "print('from', automl.load('done'))\n"
                           "open('../../../up', 'w').close()\n"
                           "while not os.path.exists('../../../away'): time.sleep(0.01)\n"
                           "automl.save('done', 1)\n"
                           "open('../../../saved', 'w').close()\n"
                           "time.sleep(1000)\n";
  attempt.launch("exec /usr/bin/python3 " + script);
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().stop();
  std::ofstream(attempt.home() + "/away").close();
  ASSERT_TRUE(attempt.wait_for_file("saved"));
  kill(attempt.runner(), SIGKILL);
  EXPECT_EQ(attempt.wait(), -1);
  EXPECT_TRUE(attempt.gate().record().checkpoints.empty());
  attempt.order_next();
  attempt.launch("cat $AUTOML_CHECKPOINT/done >/dev/null && echo found");
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_THAT(attempt.output(), HasSubstr("automl: starts from checkpoint 1\nfound\n"));
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.checkpoints.size(), 1U);
  EXPECT_EQ(record.checkpoints.front().attempt, 1);
  EXPECT_EQ(record.starts, record.checkpoints);
}

TEST(RestoreCheckpoint, StartsFromAnotherSessionsWhenOrdered) {
  AttemptRun attempt;
  attempt.launch(counting(attempt, 3));
  EXPECT_EQ(attempt.wait(), 0);
  const idl::Checkpoint donors = attempt.gate().record().checkpoints[1];
  attempt.order_next();
  attempt.order.session.id = 8;
  attempt.order.attempt.number = 1;
  attempt.order.last_checkpoint = 0;
  attempt.order.session.__set_restore(donors);
  attempt.order.session.restore_after = 2;
  attempt.order.__set_restore(donors);
  attempt.order.restore_otherwise.clear();
  idl::Checkpoint stale = donors;  // its own, of an attempt before
  stale.attempt = 2;
  stale.session_id = 8;
  stale.number = 9;
  fs::create_directories(attempt.home() + "/sessions/8");
  write_last_checkpoints(attempt.home(), {stale});
  attempt.launch(counting(attempt, 3));
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_THAT(attempt.output(),
              HasSubstr("automl: starts from checkpoint 2 of session 7 (step 1)\nfrom 2\n"));
}

TEST(RestoreCheckpoint, WhatWasSavedSinceAnotherSessionsWasTakenOverIsNewer) {
  AttemptRun attempt;
  attempt.launch(counting(attempt, 3));
  EXPECT_EQ(attempt.wait(), 0);
  const idl::Checkpoint donors = attempt.gate().record().checkpoints[1];
  idl::Checkpoint since = attempt.gate().record().checkpoints[2];
  attempt.order_next();
  attempt.order.session.id = 8;
  attempt.order.attempt.number = 2;
  attempt.order.last_checkpoint = 0;
  attempt.order.session.__set_restore(donors);
  attempt.order.__set_restore(donors);
  attempt.order.restore_otherwise.clear();
  since.session_id = 8;
  since.attempt = 1;
  fs::create_directories(attempt.home() + "/sessions/8");
  write_last_checkpoints(attempt.home(), {since});
  attempt.launch(counting(attempt, 4));
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_THAT(attempt.output(), HasSubstr("automl: starts from checkpoint 3 (step 2)\nfrom 3\n"));
}

TEST(RestoreCheckpoint, RemovesWhateverLiesInItsPlace) {
  AttemptRun attempt;
  attempt.launch(counting(attempt, 1));
  EXPECT_EQ(attempt.wait(), 0);
  const std::string folder = attempt.home() + "/sessions/7/checkpoint";
  fs::create_directories(folder + "/locked/inside");
  fs::permissions(folder + "/locked", fs::perms::none);
  fs::create_directories(folder + ".restoring/left");
  attempt.order_next();
  attempt.launch("ls -A $AUTOML_CHECKPOINT");
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_THAT(attempt.output(), HasSubstr("(step 0)\ndone\n"));
  fs::remove_all(folder);
  std::ofstream(folder) << "a file";
  attempt.order_next();
  attempt.launch("ls -A $AUTOML_CHECKPOINT");
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_THAT(attempt.output(), HasSubstr("(step 0)\ndone\n"));
}

}  // namespace
}  // namespace automl::executor::testing
