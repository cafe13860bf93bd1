// SPDX-License-Identifier: Apache-2.0
// What the program says when something is wrong, and its exit codes.
#include <algorithm>

#include <gmock/gmock.h>

#include "tests/cli/program_fixture.hpp"

namespace automl::cli {
namespace {

using testing::HasSubstr;

class ErrorsTest : public ProgramTest {
 protected:
  // One line on standard error, nothing on standard output.
  static void expect_line(const Outcome& outcome, int code, const std::string& line) {
    EXPECT_EQ(outcome.code, code);
    EXPECT_EQ(outcome.err, "automl: " + line + "\n");
    EXPECT_EQ(outcome.out, "");
  }
};

TEST_F(ErrorsTest, ShowAllErrorsOfAStudyFile) {
  const std::string file = folder_.write("study.yaml", "study: x\n");
  idl::StudyFileError first;
  first.line = 14;
  first.column = 9;
  first.message = "space.momentum.when refers to \"optimiser\"; did you mean \"optimizer\"?";
  idl::StudyFileError second;
  second.line = 22;
  second.column = 1;
  second.message = "unknown key \"para\x1b[31mlell\"";
  engine_->checked.errors = {first, second};
  const std::string lines = file + ":14:9: " + first.message + "\n" + file +
                            ":22:1: unknown key \"para?[31mlell\"\n2 errors";
  const Outcome started = run({"start", file});
  EXPECT_EQ(started.code, 2);
  EXPECT_EQ(started.err, lines + "; nothing was started\n");
  const Outcome checked = run({"check", file});
  EXPECT_EQ(checked.code, 2);
  EXPECT_EQ(checked.err, lines + "\n");
  EXPECT_EQ(std::count(engine_->calls.begin(), engine_->calls.end(), "submit_study"), 0);
}

TEST_F(ErrorsTest, SayWhichCommandWasMeant) {
  expect_line(run({"bord", "digits"}), 2, "there is no command \"bord\"; did you mean \"board\"?");
  expect_line(run({"frobnicate"}),
              2,
              "there is no command \"frobnicate\"; automl help shows what there is");
  expect_line(run({"help", "strat"}), 2, "there is no command \"strat\"; did you mean \"start\"?");
  expect_line(run({"board"}), 2, "STUDY is required; automl help board shows what there is");
  expect_line(run({"run", "python3", "train.py", "--lr", "0.1"}),
              2,
              "the command goes after --, as in automl run -g 1 -- python3 train.py");
}

TEST_F(ErrorsTest, ComeFromTheEngineAsOneLine) {
  expect_line(
      run({"board", "digitz"}), 2, "there is no study \"digitz\"; did you mean \"digits\"?");
  expect_line(run({"board", "other"}), 2, "there is no study \"other\"; automl status lists them");
  engine_->denial = "study digits belongs to bob";
  expect_line(run({"pause", "digits"}), 4, "study digits belongs to bob");
  engine_->conflict = "study \"digits\" exists and differs: space\x1b[2J, budget";
  expect_line(run({"start", folder_.write("study.yaml", "study: digits\n")}),
              2,
              "study \"digits\" exists and differs: space?[2J, budget");
}

TEST_F(ErrorsTest, NameWhatIsNotThere) {
  expect_line(run({"start", "nowhere.yaml"}), 2, "there is no file nowhere.yaml");
  const Outcome missing = run({"check", "nowhere.yaml"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("cannot read nowhere.yaml: No such file"));
  expect_line(
      run({"run", "-d", "/no/such/data", "--", "true"}), 2, "-d: there is no /no/such/data");
  expect_line(
      run({"run", "-e", "novalue", "--", "true"}), 2, "-e: expected KEY=VALUE, got \"novalue\"");
  expect_line(run({"run", "-m", "8 apples", "--", "true"}),
              2,
              "-m: expected a number with a unit (G, GiB, GB, M, MiB, MB), got \"8 apples\"");
  expect_line(
      run({"show", "digits/x"}), 2, "expected STUDY/TRIAL such as digits/8, got \"digits/x\"");
  expect_line(run({"tell", "digits/3", "good"}),
              2,
              "expected a number or METRIC=NUMBER, got \"good\"; --failed tells a failure");
}

TEST_F(ErrorsTest, PointFromAStudyToItsTrials) {
  expect_line(
      run({"logs", "digits"}), 2, "digits is a study; name one of its trials, such as digits/0");
}

TEST_F(ErrorsTest, SayThatTheEngineCannotBeReached) {
  const Outcome away =
      Program(folder_, {"ps", "--server", "unix:/no/such.sock"}, environment()).wait();
  EXPECT_EQ(away.code, 3);
  EXPECT_THAT(away.err, HasSubstr("the engine cannot be reached"));
  EXPECT_EQ(std::count(away.err.begin(), away.err.end(), '\n'), 1);
  expect_line(Program(folder_, {"ps", "--server", "nonsense"}, environment()).wait(),
              2,
              "expected unix:/path/to/socket or host:port, got \"nonsense\"");
}

TEST_F(ErrorsTest, WarnOfAnotherVersion) {
  engine_->info.version = "9.9.9";
  const Outcome outcome = run({"board", "digits"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("the engine is version 9.9.9, this program "));
}

TEST_F(ErrorsTest, NoticeAFullDisk) {
  serve();
  Program program(folder_, {"export", "digits", "-o", "/dev/full"}, environment());
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("could not write all of /dev/full: disk full?"));
}

}  // namespace
}  // namespace automl::cli
