// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/save_checkpoint.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <string>

#include <gtest/gtest.h>

#include "executor/last_checkpoint.hpp"
#include "storage/artifacts/checkpoint_store.hpp"
#include "tests/executor/runner/attempt_run.hpp"

namespace automl::executor::testing {
namespace {

namespace fs = std::filesystem;

const std::string kSpeak =
    "import automl, os, signal, sys, time\n"
    "folder = os.environ['AUTOML_CHECKPOINT']\n";

// Runs a Python program in one attempt.
std::string python(const AttemptRun& attempt, const std::string& text) {
  const std::string script = attempt.home() + "/train.py";
  std::ofstream(script) << kSpeak << text;
  return "exec /usr/bin/python3 " + script;
}

std::string folder_of(const AttemptRun& attempt) {
  return attempt.home() + "/sessions/7/checkpoint";
}

TEST(SaveCheckpoint, IsDurableWhenTheProgramHearsOfIt) {
  AttemptRun attempt;
  attempt.run(python(attempt,
                     "automl.report(step=4, loss=0.5)\n"
                     "automl.save('model', b'four')\n"
                     "last = os.path.join(folder, '..', 'checkpoint.last')\n"
                     "print('there', os.path.exists(last), len(os.listdir(folder)))\n"));
  EXPECT_EQ(attempt.output(), "there True 1\n");
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.checkpoints.size(), 1U);
  const idl::Checkpoint& checkpoint = record.checkpoints.front();
  EXPECT_EQ(checkpoint.session_id, 7);
  EXPECT_EQ(checkpoint.number, 1);
  EXPECT_EQ(checkpoint.attempt, 1);
  EXPECT_EQ(checkpoint.step, 4);
  EXPECT_EQ(checkpoint.name, "model");
  EXPECT_EQ(checkpoint.files, 1);
  EXPECT_EQ(checkpoint.bytes, 4);
  EXPECT_GT(checkpoint.created_ms, 1'600'000'000'000);
  EXPECT_EQ(read_last_checkpoint(attempt.home(), 7), checkpoint);
  storage::CheckpointStore store(attempt.order.artifact_directory);
  EXPECT_EQ(store.restore(checkpoint.digest, attempt.home() + "/again"), std::nullopt);
  EXPECT_EQ(attempt.read("again/model"), "four");
}

TEST(SaveCheckpoint, AFolderThatIsAsItWasMakesNone) {
  AttemptRun attempt;
  attempt.run(python(attempt,
                     "for i in range(3): automl.save('model', b'same')\n"
                     "automl.save('model', b'other')\n"
                     "time.sleep(2)\n"));
  EXPECT_EQ(attempt.gate().record().checkpoints.size(), 2U);
}

TEST(SaveCheckpoint, TellsTheProgramWhatIsWrong) {
  AttemptRun attempt;
  attempt.run(python(attempt,
                     "try:\n"
                     "    automl.save('model', b'x' * (2 << 20))\n"
                     "except OSError as error:\n"
                     "    print(error)\n"
                     "print(automl.report(loss=1))\n"
                     "os.remove(os.path.join(folder, 'model'))\n"));
  EXPECT_EQ(attempt.output(),
            "automl: no checkpoint: 2097152 bytes, a checkpoint has at most 1048576\ncontinue\n");
  EXPECT_TRUE(attempt.gate().record().checkpoints.empty());
}

// A program that knows nothing of automl: its folder is kept once it is left alone.
TEST(SaveCheckpoint, TakesAFolderThatIsLeftAlone) {
  AttemptRun attempt;
  attempt.launch(
      "for i in 1 2 3 4 5 6 7 8; do echo $i > $AUTOML_CHECKPOINT/model; sleep 0.2; done;"
      "touch ../../../written; exec sleep 1000");
  ASSERT_TRUE(attempt.wait_for_file("written"));
  EXPECT_TRUE(attempt.gate().record().checkpoints.empty()) << "it was still being written";
  ASSERT_TRUE(attempt.gate().wait_for(
      [](const GateRecord& record) { return !record.checkpoints.empty(); }));
  EXPECT_EQ(attempt.gate().record().checkpoints.front().name, "");
  kill(attempt.runner(), SIGTERM);
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_EQ(attempt.gate().record().checkpoints.size(), 1U);
}

// What the program reports after it has written its file is no part of it.
TEST(SaveCheckpoint, HasTheStepThatWasReportedBeforeTheFolderChanged) {
  AttemptRun attempt;
  attempt.run(python(attempt,
                     "last = os.path.join(folder, '..', 'checkpoint.last')\n"
                     "automl.report(step=3, loss=0.5)\n"
                     "open(os.path.join(folder, 'model'), 'w').write('three')\n"
                     "time.sleep(1.2)\n"
                     "step = 4\n"
                     "while not os.path.exists(last):\n"
                     "    automl.report(step=step, loss=0.4)\n"
                     "    step += 1\n"
                     "    time.sleep(0.1)\n"));
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.checkpoints.size(), 1U);
  EXPECT_EQ(record.checkpoints.front().step, 3);
}

TEST(SaveCheckpoint, TakesWhatAProgramLeavesAtItsEnd) {
  AttemptRun attempt;
  attempt.run("echo done > $AUTOML_CHECKPOINT/model; mkfifo $AUTOML_CHECKPOINT/pipe");
  EXPECT_EQ(attempt.gate().record().checkpoints.size(), 1U);
  EXPECT_EQ(attempt.output(),
            "automl: left out of checkpoints: pipe is no file, folder or link within the folder\n");
}

// Nobody knows whether a file is whole whose writer was killed.
TEST(SaveCheckpoint, LeavesWhatAKilledProgramWasWriting) {
  for (const char* end : {"kill -KILL $$", "kill -TERM $$", "exit 1", "exit 143"}) {
    AttemptRun attempt;
    attempt.run(std::string("echo half > $AUTOML_CHECKPOINT/model; ") + end);
    EXPECT_TRUE(attempt.gate().record().checkpoints.empty()) << end;
  }
  AttemptRun attempt;
  attempt.run(
      "echo whole > $AUTOML_CHECKPOINT/model;"
      "until [ -e $AUTOML_CHECKPOINT/../checkpoint.last ]; do sleep 0.1; done; exit 1");
  EXPECT_EQ(attempt.gate().record().checkpoints.size(), 1U);
}

TEST(SaveCheckpoint, DoesNotHoldUpReports) {
  AttemptRun attempt;
  attempt.order.checkpoint_limit_bytes = std::int64_t{1} << 40;
  attempt.run(python(
      attempt,
      "import threading\n"
      "os.truncate(os.open(os.path.join(folder, 'model'), os.O_CREAT | os.O_RDWR), 1 << 30)\n"
      "saved = []\n"
      "saver = threading.Thread(target=lambda: saved.append(automl.save('small', b'x')))\n"
      "saver.start()\n"
      "time.sleep(0.05)\n"
      "import subprocess\n"  // another connection: the SDK's own waits
      "subprocess.run([sys.executable, '-c', 'import automl; automl.report(loss=1)'])\n"
      "print('reported while saving', not saved)\n"
      "saver.join()\n"));
  EXPECT_EQ(attempt.output(), "reported while saving True\n");
  EXPECT_EQ(attempt.gate().record().checkpoints.size(), 1U);
  EXPECT_EQ(attempt.gate().record().measurements.size(), 1U);
}

TEST(SaveCheckpoint, IsRecordedByAnEngineThatWasAway) {
  AttemptRun attempt;
  attempt.launch(python(attempt,
                        "open('../../../up', 'w').close()\n"
                        "while not os.path.exists('../../../away'): time.sleep(0.01)\n"
                        "automl.save('model', b'alone')\n"
                        "open('../../../saved', 'w').close()\n"
                        "time.sleep(0.2)\n"));
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().stop();
  std::ofstream(attempt.home() + "/away").close();
  ASSERT_TRUE(attempt.wait_for_file("saved"));
  attempt.gate().start();
  EXPECT_EQ(attempt.wait(), 0);
  EXPECT_EQ(attempt.gate().record().checkpoints.size(), 1U);
}

TEST(SaveCheckpoint, IsLeftOnceAnotherAttemptHasTakenOver) {
  AttemptRun attempt;
  attempt.launch("echo mine > $AUTOML_CHECKPOINT/model; touch ../../../up; exec sleep 1000");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().supersede();
  attempt.wait();
  EXPECT_FALSE(fs::exists(folder_of(attempt) + ".last"));
}

}  // namespace
}  // namespace automl::executor::testing
