// SPDX-License-Identifier: Apache-2.0
// What the commands ask of the engine.
#include <fstream>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/digits_report.hpp"
#include "tests/cli/digits_study.hpp"
#include "tests/cli/program_fixture.hpp"

namespace automl::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class CommandsTest : public ProgramTest {
 protected:
  void study_is_done() {
    engine_->change([](idl::StudyStatus& status) {
      status.study.state = idl::StudyState::DONE;
      status.study.reason = "all trials done";
      status.trials_running = 0;
      status.trials_complete = 39;
      status.running.clear();
      ++status.version;
    });
  }
  void session_ended(idl::SessionState::type state, int code) {
    engine_->session.session.state = state;
    engine_->session.session.exit_code = code;
    engine_->session.session.ended_ms = 5'000;
    engine_->session.session.reason = "exited with code " + std::to_string(code);
  }
};

TEST_F(CommandsTest, StartSendsTheCodeAndShowsTheResult) {
  folder_.write("code/train.py", "print()");
  const std::string file = folder_.write("code/study.yaml", "study: digits\n");
  engine_->checked.spec.code = folder_.path() + "/code";
  study_is_done();
  const Outcome outcome = run({"start", file});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(
      engine_->calls,
      ElementsAre("check_study " + file, "has_archive", "put_archive 0 last", "submit_study code"));
  EXPECT_THAT(outcome.out, HasSubstr("study digits  •  40 trials"));
  EXPECT_THAT(outcome.out, HasSubstr("\n#3 failed 2.1s lr=0.4"));
  EXPECT_THAT(outcome.out, HasSubstr("done in 0:48: 39 complete, 1 failed"));
  EXPECT_THAT(outcome.out, HasSubstr("automl logs digits/3 shows why #3 failed"));
  EXPECT_THAT(outcome.out, HasSubstr("the best beats the baseline"));
  engine_->calls.clear();
  EXPECT_EQ(run({"start", file}).code, 0);
  EXPECT_THAT(engine_->calls,
              ElementsAre("check_study " + file, "has_archive", "submit_study code"));
}

TEST_F(CommandsTest, StartTakesTheFolderOfAStudy) {
  folder_.write("code/study.yaml", "study: digits\n");
  study_is_done();
  EXPECT_EQ(run({"start", folder_.path() + "/code"}).code, 0);
  EXPECT_THAT(engine_->calls, Contains("check_study " + folder_.path() + "/code/study.yaml"));
}

TEST_F(CommandsTest, StartSendsLargeCodeInPieces) {
  std::string noise(9 << 20, '\0');
  std::uint32_t state = 1;
  for (char& c : noise) {
    state = state * 1'664'525 + 1'013'904'223;
    c = static_cast<char>(state >> 24);
  }
  folder_.write("code/data.bin", noise);
  engine_->checked.spec.code = folder_.path() + "/code";
  study_is_done();
  run({"start", folder_.write("study.yaml", "study: digits\n")});
  EXPECT_THAT(engine_->calls, Contains("put_archive 0"));
  EXPECT_THAT(engine_->calls, Contains("put_archive 4194304"));
  EXPECT_THAT(engine_->calls, Contains("put_archive 8388608 last"));
}

TEST_F(CommandsTest, StartFailsWithTheStudy) {
  study_is_done();
  engine_->status.study.state = idl::StudyState::FAILED;
  engine_->status.study.reason = "the first 3 trials failed alike";
  const Outcome outcome = run({"start", "digits"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("(the first 3 trials failed alike)"));
}

TEST_F(CommandsTest, StartDetachesOnCtrlC) {
  serve();
  Program program(folder_, {"start", "digits"}, environment());
  ASSERT_TRUE(program.says("#4 complete"));
  program.signal(SIGINT);
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out,
              HasSubstr("\ndetached; the study goes on\nautoml start digits comes back · automl "
                        "stop digits ends it\n"));
}

TEST_F(CommandsTest, StartSurvivesARestartOfTheEngine) {
  serve();
  Program program(folder_, {"start", "digits"}, environment());
  ASSERT_TRUE(program.says("#4 complete"));
  server_.reset();
  study_is_done();
  serve();
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("done in"));
}

TEST_F(CommandsTest, StartWaitsForAnEngineInTrouble) {
  study_is_done();
  engine_->unavailable = 2;
  const Outcome outcome = run({"start", "digits"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "automl: waiting for the engine: the disk is full\n");
}

TEST_F(CommandsTest, CheckRunsASmokeTrialAndQuotes) {
  study_is_done();
  idl::Attempt attempt;
  idl::ExitReport exit;
  exit.cause = idl::ExitCause::EXITED;
  exit.ended_ms = 2'100;
  attempt.__set_exit(exit);
  engine_->detail.attempts = {attempt};
  const std::string file = folder_.write("study.yaml", "study: digits\n");
  const Outcome outcome = run({"check", file, "--smoke", "--quote"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(engine_->calls, Contains("submit_study smoke"));
  EXPECT_THAT(outcome.out, HasSubstr("  value        val_accuracy = 0.9861\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  quote        40 trials, 2 at a time: 0:4"));
  engine_->calls.clear();
  EXPECT_EQ(run({"check", file, "--quote"}).code, 0);  // the study's own trials are enough
  EXPECT_THAT(engine_->calls, ElementsAre("check_study " + file));
}

TEST_F(CommandsTest, RunPassesOutputAndExitCodeOn) {
  session_ended(idl::SessionState::FAILED, 7);
  engine_->log =
      "2026-01-01T00:00:00.000Z out hello\n"
      "2026-01-01T00:00:00.000Z err oh no\n"
      "2026-01-01T00:00:00.001Z out last";
  const Outcome outcome = run({"-q", "run", "--", "sh", "-c", "echo 'it''s'; exit 7"});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_EQ(outcome.out, "hello\nlast\n");
  EXPECT_EQ(outcome.err, "oh no\n");
  EXPECT_EQ(engine_->submitted.command, "'sh' '-c' 'echo '\\''it'\\'''\\''s'\\''; exit 7'");
}

TEST_F(CommandsTest, RunJoinsWhatTheLogHasCut) {
  session_ended(idl::SessionState::COMPLETE, 0);
  const std::string piece(16 << 10, 'a');
  engine_->log = "2026-01-01T00:00:00.000Z out " + piece +
                 "\n2026-01-01T00:00:00.000Z out+ bc\n2026-01-01T00:00:00.000Z out d\n";
  EXPECT_EQ(run({"-q", "run", "--", "true"}).out, piece + "bc\nd\n");
}

TEST_F(CommandsTest, RunSaysWhatTheSessionGets) {
  session_ended(idl::SessionState::COMPLETE, 0);
  folder_.write("data/x", "");
  const Outcome outcome = run({"run",
                               "-g",
                               "2",
                               "-c",
                               "4",
                               "-m",
                               "8GiB",
                               "-t",
                               "90m",
                               "-d",
                               folder_.path() + "/data",
                               "-e",
                               "A=b=c",
                               "-e",
                               "D=",
                               "--",
                               "./train.sh --lr 0.1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const idl::SessionSpec& spec = engine_->submitted;
  EXPECT_EQ(spec.command, "./train.sh --lr 0.1");
  EXPECT_EQ(spec.resources.gpus, 2);
  EXPECT_EQ(spec.resources.cpus, 4);
  EXPECT_EQ(spec.resources.memory_bytes, std::int64_t{8} << 30);
  EXPECT_EQ(spec.resources.time_s, 5'400);
  EXPECT_THAT(spec.datasets, ElementsAre(folder_.path() + "/data"));
  EXPECT_EQ(spec.environment.at("A"), "b=c");
  EXPECT_EQ(spec.environment.at("D"), "");
  EXPECT_THAT(engine_->calls, Contains("run_session data"));
}

TEST_F(CommandsTest, RunDetachesOnCtrlC) {
  serve();
  engine_->session.session.state = idl::SessionState::RUNNING;
  engine_->log = "2026-01-01T00:00:00.000Z out begun\n";
  Program program(folder_, {"run", "--", "sleep", "9"}, environment());
  ASSERT_TRUE(program.says("begun"));
  program.signal(SIGINT);
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("automl logs -f ada/none/2 comes back"));
  EXPECT_THAT(engine_->calls, ElementsAre("run_session none"));
}

TEST_F(CommandsTest, StopKnowsStudiesAndSessions) {
  run({"stop", "digits"});
  run({"stop", "-f", "digits"});
  run({"stop", "digits/3"});
  run({"stop", "--force", "ada/none/2"});
  run({"pause", "digits"});
  run({"resume", "digits"});
  EXPECT_EQ(run({"pause", "digits/3"}).out, "session digits/3 is asked to save and pause\n");
  EXPECT_EQ(run({"resume", "17"}).out, "session 17 is queued again\n");
  EXPECT_THAT(engine_->calls,
              ElementsAre("change_study STOP",
                          "change_study KILL",
                          "stop_session digits/3",
                          "stop_session ada/none/2 kill",
                          "change_study PAUSE",
                          "change_study RESUME",
                          "change_session digits/3 PAUSE",
                          "change_session 17 RESUME"));
}

TEST_F(CommandsTest, ShowTellsWhatTheSchedulerDecided) {
  idl::ScheduleEvent event;
  event.kind = idl::ScheduleEventKind::REPORT;
  event.step = 3;
  engine_->detail.schedule = {event};
  EXPECT_THAT(run({"show", "digits/1"}).out, Not(HasSubstr("SCHEDULER")));
  event.decision = idl::Decision::PRUNE;
  event.reason = "asha: 0.5 is number 4 of 4\033[2J";
  engine_->detail.schedule.push_back(event);
  event.kind = idl::ScheduleEventKind::EXPLOIT;
  event.__set_donor(2);
  event.donor_step = 6;
  engine_->detail.schedule.push_back(event);
  event.trial = 2;
  engine_->detail.schedule.push_back(event);
  event.__isset.donor = false;
  engine_->detail.schedule.push_back(event);
  const std::string out = run({"show", "digits/1"}).out;
  EXPECT_THAT(out, testing::AllOf(HasSubstr("its own @ step 6"), HasSubstr("began from zero")));
  EXPECT_THAT(out, HasSubstr("   3  to be pruned"));
  EXPECT_THAT(out, HasSubstr("took over #2 @ step 6"));
  EXPECT_THAT(out, HasSubstr("asha: 0.5 is number 4 of 4"));
  EXPECT_THAT(out, Not(HasSubstr("\033")));
}

TEST_F(CommandsTest, ReplayComparesCosts) {
  const std::string out = run({"replay", "digits", "--scheduler", "{asha: {max: 27}}"}).out;
  EXPECT_THAT(engine_->calls, ElementsAre("replay_schedule {asha: {max: 27}}"));
  EXPECT_THAT(out, HasSubstr("study digits: 3 stored curves"));
  EXPECT_THAT(out, HasSubstr("as it ran"));
  EXPECT_THAT(out, HasSubstr("never"));
  EXPECT_THAT(out, HasSubstr("1 trials were ended early"));
  EXPECT_EQ(run({"replay", "digits"}).code, 2);
}

TEST_F(CommandsTest, EnqueueTakesAssignments) {
  EXPECT_EQ(run({"enqueue", "digits", "lr=0.1", "note=a=b"}).out,
            "study digits tries this next: lr=0.1 note=a=b\n");
  EXPECT_EQ(
      nlohmann::json::parse(run({"enqueue", "digits", "lr=0.2", "--json"}).out)["study"]["id"],
      engine_->status.study.id);
  EXPECT_THAT(engine_->calls, ElementsAre("enqueue lr=0.1 note=a=b", "enqueue lr=0.2"));
  EXPECT_EQ(run({"enqueue", "digits"}).code, 2);
  EXPECT_THAT(run({"enqueue", "digits", "lr"}).err, HasSubstr("expected NAME=VALUE, got \"lr\""));
  EXPECT_THAT(run({"enqueue", "digits", "lr=1", "lr=2"}).err, HasSubstr("\"lr\" is given twice"));
}

TEST_F(CommandsTest, TellTakesValuesAndFailures) {
  EXPECT_EQ(run({"tell", "digits/3", "0.5"}).code, 0);
  EXPECT_EQ(run({"tell", "digits/4", "-2e3"}).code, 0);
  EXPECT_EQ(run({"tell", "digits/5", "--failed", "out of memory"}).code, 0);
  EXPECT_EQ(run({"tell", "digits/6", "acc=0.9", "latency_ms=12"}).code, 0);
  EXPECT_EQ(run({"tell", "digits/7", "0.25", "latency_ms=-1e1"}).code, 0);
  EXPECT_THAT(engine_->calls,
              ElementsAre("tell 3 0.500000",
                          "tell 4 -2000.000000",
                          "tell 5 out of memory",
                          "tell 6 acc=0.900000 latency_ms=12.000000",
                          "tell 7 0.250000 latency_ms=-10.000000"));
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"0.5", "0.6"}, {"acc=good"}, {"acc=1", "acc=2"}, {"acc="}, {}}) {
    std::vector<std::string> words = {"tell", "digits/3"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(run(words).code, 2);
  }
  EXPECT_THAT(run({"ask", "digits", "-n", "2"}).out,
              HasSubstr("digits/1  lr=0.0147 optimizer=sgd"));
}

TEST_F(CommandsTest, LogsCanShowTimes) {
  engine_->log = "2026-01-01T00:00:00.000Z out hello\n";
  session_ended(idl::SessionState::COMPLETE, 0);
  EXPECT_EQ(run({"logs", "digits/1"}).out, "hello\n");
  EXPECT_EQ(run({"logs", "-f", "--timestamps", "digits/1"}).out, engine_->log);
}

TEST_F(CommandsTest, CompletionFitsTheCommands) {
  for (const auto& [shell, file] : {std::pair{"bash", "automl.bash"}, {"zsh", "_automl"}}) {
    std::ifstream kept(std::string(AUTOML_SOURCE_DIR) + "/completions/" + file);
    std::stringstream text;
    text << kept.rdbuf();
    EXPECT_EQ(run({"completion", shell}).out, text.str())
        << "automl completion " << shell << " > completions/" << file;
  }
  EXPECT_EQ(run({"completion", "names"}).out, "digits\n");
}

// The runner's end of AUTOML_SOCKET: one connection, one line, one answer.
class Listener {
 public:
  Listener(const std::string& path, const std::string& answer)
      : socket_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(socket_, 1);
    thread_ = std::thread([this, answer] {
      const int channel = accept(socket_, nullptr, nullptr);
      for (char c = 0; read(channel, &c, 1) == 1 && c != '\n';) {
        line_ += c;
      }
      EXPECT_EQ(write(channel, answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
      close(channel);
    });
  }
  ~Listener() { close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::string line() {
    thread_.join();
    return line_;
  }

 private:
  int socket_;
  std::string line_;
  std::thread thread_;
};

TEST_F(CommandsTest, ReportTellsTheRunnerAndPrintsTheVerdict) {
  auto inside = environment();
  inside["AUTOML_SOCKET"] = folder_.path() + "/runner.sock";
  Listener runner(inside["AUTOML_SOCKET"], "{\"verdict\":\"stop\",\"reason\":\"budget\"}\n");
  const Outcome outcome = Program(folder_, {"report", "step=3", "loss=0.2"}, inside).wait();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "stop\n");
  EXPECT_EQ(runner.line(), "{\"report\": {\"step\": \"3\", \"loss\": \"0.2\"}}");
}

TEST_F(CommandsTest, ReportPrintsOutsideOfASession) {
  const Outcome outcome = Program(folder_, {"report", "step=3", "loss=nan"}, environment()).wait();
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("loss"));
  EXPECT_EQ(Program(folder_, {"report", "loss=high"}, environment()).wait().code, 2);
}

TEST_F(CommandsTest, ReportTellsAStudyFromMetrics) {
  const ReportData data = digits_report();
  engine_->report = data.report;
  engine_->trials = data.trials;
  Outcome outcome = run({"report", "digits"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("what val_accuracy depends on"));
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
  const auto json = nlohmann::json::parse(run({"report", "digits", "--json"}).out);
  EXPECT_EQ(json["importance"][0]["parameters"][0]["parameter"], "lr");
  const std::string file = folder_.path() + "/report.html";
  outcome = run({"report", "digits", "--html", file});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("report.html written"));
  EXPECT_THAT(run({"report", "digits", "--html", "-"}).out, HasSubstr("<!DOCTYPE html>"));
  EXPECT_EQ(run({"report", "digits", "--html", folder_.path()}).code, 2);
  EXPECT_EQ(run({"report", "nothing"}).code, 2);
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"report", "digits", "loss=1"},
        {"report", "digits", "other"},
        {"report", "loss=1", "--html", file},
        {"report"}}) {
    EXPECT_EQ(run(wrong).code, 2);
  }
}

}  // namespace
}  // namespace automl::cli
