// SPDX-License-Identifier: Apache-2.0
// ps and the other listings: their look, their JSON, and that nothing in them steers the terminal.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/digits_study.hpp"
#include "tests/cli/program_fixture.hpp"

namespace automl::cli {
namespace {

using testing::HasSubstr;

class ListingsTest : public ProgramTest {
 protected:
  ListingsTest() {
    idl::SessionRow running;
    running.session.name = "ada/digits/41";
    running.session.state = idl::SessionState::RUNNING;
    running.session.started_ms = 1'000'000;
    running.session.trial_number = 27;
    running.session.spec.required_metric = "val_accuracy";
    running.study = "digits";
    running.latest_step = 27;
    running.latest_metrics = {{"loss", 0.1}, {"val_accuracy", 0.97812}};
    running.memory_bytes = 212'000'000;
    running.attempt.placement.node = "local";
    running.attempt.placement.cpus = 1;
    idl::SessionRow queued;
    queued.session.name = "ada/digits/42";
    queued.session.state = idl::SessionState::QUEUED;
    queued.session.created_ms = 1'004'000;
    queued.note = "waiting for 1 CPU";
    engine_->sessions.rows = {running, queued};
    engine_->sessions.total = 5;
    engine_->sessions.now_ms = 1'005'000;
    idl::Blockage block;
    block.subject = "ada/digits/42";
    block.rule = "capacity";
    block.detail = "waiting for 1 CPU";
    engine_->blocks = {block};
    idl::StoredMeasurement measurement;
    measurement.attempt = 1;
    measurement.measurement.step = 3;
    measurement.measurement.metrics = {{"val_accuracy", 0.9}};
    engine_->detail.measurements = {measurement};
    idl::Attempt attempt;
    attempt.number = 1;
    attempt.state = idl::AttemptState::COMPLETE;
    idl::ExitReport exit;
    exit.cause = idl::ExitCause::EXITED;
    exit.started_ms = 1'000;
    exit.ended_ms = 3'000;
    attempt.__set_exit(exit);
    engine_->detail.attempts = {attempt};
  }
};

TEST_F(ListingsTest, ShowSessions) {
  EXPECT_EQ(run({"ps"}).out,
            "SESSION        STATE    STUDY      STEP  METRIC               GPU  CPU     MEM  "
            "ELAPSED  NODE\n"
            "ada/digits/41  running  digits/27    27  val_accuracy 0.9781    –    1  212 MB     "
            "0:05  local\n"
            "ada/digits/42  queued                    waiting for 1 CPU      –                  "
            "0:01\n"
            "… and 3 more\n");
  engine_->sessions.rows.clear();
  engine_->sessions.total = 0;
  EXPECT_EQ(run({"ps"}).out, "no session runs or waits; -a shows those that ended\n");
}

TEST_F(ListingsTest, ShowWhatWaits) {
  EXPECT_EQ(run({"why"}).out,
            "WHAT           RULE      BECAUSE\n"
            "ada/digits/42  capacity  waiting for 1 CPU\n");
  engine_->blocks.clear();
  EXPECT_EQ(run({"why"}).out, "nothing waits\n");
}

TEST_F(ListingsTest, ShowOneTrial) {
  const std::string text = run({"show", "digits/1"}).out;
  EXPECT_THAT(text, HasSubstr("trial digits/1  complete  value 0.9861\n"));
  EXPECT_THAT(text, HasSubstr("  proposed by  tpe: best of 24 candidates\n"));
  EXPECT_THAT(text, HasSubstr("STEP  val_accuracy\n   3        0.9000\n"));
}

TEST_F(ListingsTest, ShowTheEngineAndItsStudies) {
  const std::string text = run({"status"}).out;
  EXPECT_THAT(text, HasSubstr("node local: 2 CPUs, 8.6 GB, 0 GPUs; 0 running, 0 waiting\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "\nSTUDY   STATE     DONE  RUNNING  FAILED    BEST  METRIC        CREATED\n"
          "digits  running  20/40        2       1  0.9861  val_accuracy  2023-11-14 22:13\n"));
  EXPECT_THAT(run({"status", "digits"}).out, HasSubstr("state running\n"));
}

TEST_F(ListingsTest, AreValidJson) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"ps", "--json"},
           {"why", "--json"},
           {"status", "--json"},
           {"status", "digits", "--json"},
           {"board", "digits", "--json"},
           {"report", "digits", "--json"},
           {"show", "digits/1", "--json"},
           {"export", "digits", "--json"},
           {"export", "digits", "--format", "json"},
           {"ask", "digits", "--json"},
           {"pause", "digits", "--json"},
           {"check", folder_.write("study.yaml", "study: digits\n"), "--json"},
           {"start", "--detach", "digits", "--json"},
           {"run", "--detach", "--json", "--", "true"},
           {"server", "status", "--json"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << arguments[0] << ": " << outcome.err;
    EXPECT_FALSE(nlohmann::json::parse(outcome.out, nullptr, false).is_discarded())
        << arguments[0] << ": " << outcome.out;
  }
}

TEST_F(ListingsTest, CarryFieldNamesAndWordsInJson) {
  const auto board = nlohmann::json::parse(run({"board", "digits", "--json"}).out);
  EXPECT_EQ(board["rows"][0]["trial"]["configuration"]["optimizer"], "sgd");
  EXPECT_EQ(board["rows"][0]["trial"]["state"], "complete");
  EXPECT_EQ(board["baseline"]["rank"], 12);
}

TEST_F(ListingsTest, ExportCsv) {
  const std::string text = run({"export", "digits"}).out;
  EXPECT_EQ(
      text.substr(0, text.find("\n1,")),
      "number,state,val_accuracy,lr,optimizer,momentum,depth,width,baseline,enqueued,repeat_of,"
      "duration_s,reason\n"
      "0,complete,0.9722,0.1,sgd,0.9,2,128,true,false,,2.1,");
  EXPECT_THAT(text, HasSubstr("\n3,failed,,0.4,sgd,0.9,3,128,false,false,,2.1,exit code 1\n"));
  engine_->trials[3].reason = "=cmd|' /C calc'!A0";
  EXPECT_THAT(run({"export", "digits"}).out, HasSubstr(",\"'=cmd|' /C calc'!A0\"\n"));
  EXPECT_EQ(run({"export", "digits", "-o", folder_.path() + "/x.csv"}).out, "");
  EXPECT_THAT(folder_.read("x.csv"), HasSubstr("number,state,val_accuracy"));
}

TEST_F(ListingsTest, ExportHasAColumnForEachObjectiveAndConstraint) {
  engine_->status = two_objectives_status();
  bound_size(engine_->status.study.spec);
  engine_->trials[0].values = {0.9722, 50};
  set_size(engine_->trials[0], 25);
  engine_->trials[1].values = {0.9861, 41};
  set_size(engine_->trials[1], 12.5);
  const std::string text = run({"export", "digits"}).out;
  EXPECT_THAT(text, HasSubstr("number,state,val_accuracy,latency_ms,size_mb,feasible,lr,"));
  EXPECT_THAT(text, HasSubstr("\n0,complete,0.9722,50,25,false,0.1,"));
  EXPECT_THAT(text, HasSubstr("\n1,complete,0.9861,41,12.5,true,"));
  EXPECT_THAT(text, HasSubstr("\n3,failed,,,,,0.4,"));
}

TEST_F(ListingsTest, ShowTellsEveryValueAndWhatIsMissed) {
  engine_->status = two_objectives_status();
  bound_size(engine_->status.study.spec);
  engine_->detail.trial = engine_->trials[0];
  engine_->detail.trial.values = {0.9722, 50};
  set_size(engine_->detail.trial, 25);
  const std::string text = run({"show", "digits/0"}).out;
  EXPECT_THAT(text, HasSubstr("values       val_accuracy=0.9722 latency_ms=50 size_mb=25\n"));
  EXPECT_THAT(text, HasSubstr("constraints  misses size_mb < 20 by 5\n"));
}

void miss(idl::Trial& trial, const std::string& metric) {
  trial.constraint_values = {{metric, 25}};
  trial.violation = 0.25;
}

// Every text of every record is an attack; not one control character may come out.
TEST_F(ListingsTest, NeverSteerTheTerminal) {
  const std::string evil =
      "x\x1b]0;owned\x07\x1b[2J\x9b"
      "31m\r\b";
  engine_->status.study.spec.name = evil;
  engine_->status.study.spec.objectives[0].metric = evil;
  engine_->status.study.algorithm_note = evil;
  engine_->status.study.reason = evil;
  bound_size(engine_->status.study.spec);
  engine_->status.study.spec.constraints[0].metric = evil;
  engine_->status.study.spec.constraints[0].text = evil;
  engine_->status.best.configuration = {assignment(evil, evil.c_str())};
  engine_->board.study = engine_->status.study;
  engine_->board.rows[0].trial.configuration = engine_->status.best.configuration;
  miss(engine_->board.rows[0].trial, evil);
  engine_->board.study.spec.space[0].name = evil;
  for (idl::Trial& trial : engine_->trials) {
    trial.configuration = engine_->status.best.configuration;
    trial.reason = evil;
    miss(trial, evil);
  }
  engine_->detail.trial = engine_->trials[1];
  engine_->detail.trial.proposed_because = evil;
  engine_->detail.session.name = evil;
  engine_->detail.session.spec.command = evil;
  engine_->detail.attempts[0].exit.message = evil;
  engine_->detail.attempts[0].placement.node = evil;
  engine_->detail.measurements[0].measurement.metrics = {{evil, 1}};
  for (idl::SessionRow& row : engine_->sessions.rows) {
    row.session.name = evil;
    row.study = evil;
    row.note = evil;
    row.attempt.placement.node = evil;
  }
  engine_->blocks[0].subject = engine_->blocks[0].rule = engine_->blocks[0].detail = evil;
  engine_->info.home = engine_->info.version = engine_->info.trouble = evil;
  engine_->info.nodes[0].name = evil;
  engine_->checked.algorithm_note = evil;
  engine_->checked.notes = {evil};
  engine_->status.study.state = idl::StudyState::DONE;
  engine_->status.trials_running = 0;
  engine_->report.status = engine_->status;
  engine_->report.notes = {evil};
  engine_->report.importance.resize(1);
  engine_->report.importance[0].metric = evil;
  engine_->report.importance[0].trials = 9;
  engine_->report.importance[0].parameters.resize(1);
  engine_->report.importance[0].parameters[0].parameter = evil;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"ps"},
           {"why"},
           {"status"},
           {"status", "digits"},
           {"board", "digits"},
           {"report", "digits"},
           {"report", "digits", "--html", "-"},
           {"show", "digits/1"},
           {"ask", "digits"},
           {"pause", "digits"},
           {"server", "status"},
           {"start", "digits"},
           {"check", folder_.write("study.yaml", "study: digits\n")}}) {
    const Outcome outcome = run(arguments);
    for (const char c : outcome.out + outcome.err) {
      ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n')
          << arguments[0] << ": " << outcome.out << outcome.err;
    }
    EXPECT_EQ(outcome.out.find("\x9b"), std::string::npos) << arguments[0];
  }
}

TEST_F(ListingsTest, HaveHelpWithTwoExamplesEach) {
  for (const char* command : {"start", "check",  "run",    "ps",         "why",  "logs",   "stop",
                              "pause", "resume", "board",  "status",     "show", "export", "ask",
                              "tell",  "report", "server", "completion", "help", "version"}) {
    const Outcome outcome = run({"help", command});
    EXPECT_EQ(outcome.code, 0) << command;
    const std::string examples =
        outcome.out.substr(std::min(outcome.out.size(), outcome.out.find("Examples:")));
    EXPECT_THAT(outcome.out, HasSubstr("Usage: automl " + std::string(command))) << command;
    EXPECT_GE(std::count(examples.begin(), examples.end(), '\n'), 3) << command << outcome.out;
    EXPECT_EQ(run({command, "--help"}).code, 0) << command;
  }
}

}  // namespace
}  // namespace automl::cli
