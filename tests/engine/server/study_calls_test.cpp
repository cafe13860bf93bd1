// SPDX-License-Identifier: Apache-2.0
#include "engine/server/study_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/server/running_server.hpp"

namespace automl::engine::server {
namespace {

using testing::HasSubstr;

// Driven from outside: no command.
idl::StudyText study(const std::string& name, const std::string& more = "") {
  idl::StudyText text;
  text.text = "study: " + name +
              "\nobjective: {metric: loss, goal: minimize}\nalgorithm: random\nseed: 1\n"
              "budget: {trials: 50}\nspace:\n  x: {float: [0, 1]}\n  n: {int: [1, 9]}\n" +
              more;
  text.path = "study.yaml";
  text.directory = "/tmp";
  return text;
}

idl::Outcome value(double number) {
  idl::Outcome outcome;
  outcome.__set_value(number);
  return outcome;
}

class StudyCallsTest : public testing::Test {
 protected:
  idl::EngineClient& engine() { return connection_->engine(); }
  idl::SubmitReply submit(const idl::StudyText& text, const std::string& id) {
    idl::SubmitReply reply;
    engine().submit_study(reply, id, text, "", false);
    return reply;
  }
  std::vector<idl::Trial> ask(const std::string& id, int count, const std::string& name = "s") {
    std::vector<idl::Trial> trials;
    engine().ask(trials, id, name, count);
    return trials;
  }

  RunningServer server_;
  std::unique_ptr<idl::Connection> connection_ = server_.connect();
};

TEST_F(StudyCallsTest, ChecksWithoutStoring) {
  idl::StudyCheck check;
  engine().check_study(check, study("s"));
  EXPECT_TRUE(check.errors.empty());
  EXPECT_EQ(check.spec.name, "s");
  EXPECT_FALSE(check.keys.empty());
  EXPECT_FALSE(check.algorithm_note.empty());
  idl::StudyCheck wrong;
  engine().check_study(wrong, study("s", "paralell: 2\n"));
  ASSERT_EQ(wrong.errors.size(), 1U);
  EXPECT_EQ(wrong.errors[0].line, 9);
  EXPECT_THAT(wrong.errors[0].message, HasSubstr("parallel"));
  std::vector<idl::StudyStatus> studies;
  engine().list_studies(studies);
  EXPECT_TRUE(studies.empty());
}

TEST_F(StudyCallsTest, SaysWhenAPopulationIsSmallerThanItsTrials) {
  const std::string population = "command: train ${args}\nparallel: 2\n";
  idl::StudyCheck check;
  engine().check_study(check, study("s", population + "scheduler: pbt\n"));
  EXPECT_TRUE(check.errors.empty());
  ASSERT_EQ(check.notes.size(), 1U);
  EXPECT_THAT(check.notes[0], HasSubstr("with population: 50 all of them take turns"));
  idl::StudyCheck fitting;
  engine().check_study(fitting, study("s", population + "scheduler: {pbt: {population: 50}}\n"));
  EXPECT_TRUE(fitting.errors.empty() && fitting.notes.empty());
}

TEST_F(StudyCallsTest, RefusesAFileWithAllItsErrors) {
  try {
    submit(study("s", "paralell: 2\nretries: many\n"), "r1");
    FAIL();
  } catch (const idl::InvalidRequest& invalid) {
    EXPECT_EQ(invalid.message, "2 errors in the study file");
    EXPECT_EQ(invalid.errors.size(), 2U);
  }
}

TEST_F(StudyCallsTest, CreatesContinuesAndTellsStudiesApart) {
  EXPECT_EQ(submit(study("s"), "r1").outcome, idl::Submission::CREATED);
  EXPECT_EQ(submit(study("s"), "r1").outcome, idl::Submission::CREATED);  // the reply once given
  EXPECT_EQ(submit(study("s"), "r2").outcome, idl::Submission::CONTINUED);
  EXPECT_THROW(submit(study("s", "parallel: 3\n"), "r3"), idl::Conflict);
  EXPECT_THROW(submit(study("t"), "r1"), idl::Conflict);  // request id of another request
  EXPECT_THROW(submit(study("t"), ""), idl::InvalidRequest);
  EXPECT_THROW(submit(study("t"), std::string(129, 'r')), idl::InvalidRequest);
  idl::StudyStatus status;
  engine().study_status(status, "s");
  EXPECT_EQ(status.study.owner, own_principal().user);
  EXPECT_THROW(engine().study_status(status, "t"), idl::NotFound);
}

TEST_F(StudyCallsTest, RefusesReplaysThatCannotBe) {
  submit(study("s"), "r1");
  idl::ScheduleReplay replay;
  engine().replay_schedule(replay, "s", "none");
  EXPECT_EQ(replay.trials, 0);
  EXPECT_THROW(engine().replay_schedule(replay, "s", "asha"), idl::InvalidRequest);  // no command
  EXPECT_THROW(engine().replay_schedule(replay, "s", "{asha: {mim: 1}}"), idl::InvalidRequest);
  EXPECT_THROW(engine().replay_schedule(replay, "t", "none"), idl::NotFound);
}

TEST_F(StudyCallsTest, Enqueues) {
  submit(study("s"), "r1");
  idl::StudyStatus status;
  engine().enqueue(status, "e1", "s", {{"n", "3"}});
  engine().enqueue(status, "e1", "s", {{"n", "3"}});  // the reply once given
  EXPECT_EQ(status.study.enqueued.size(), 1U);
  EXPECT_THROW(engine().enqueue(status, "e1", "s", {{"n", "4"}}), idl::Conflict);
  EXPECT_THROW(engine().enqueue(status, "", "s", {{"n", "4"}}), idl::InvalidRequest);
  EXPECT_THROW(engine().enqueue(status, "e2", "s", {{"n", "12"}}), idl::InvalidRequest);
  EXPECT_THROW(engine().enqueue(status, "e3", "t", {}), idl::NotFound);
  const std::vector<idl::Trial> trials = ask("a1", 1);
  EXPECT_TRUE(trials[0].enqueued);
  EXPECT_EQ(trials[0].configuration[1].value.integer, 3);
}

TEST_F(StudyCallsTest, EditsByKeysOfTheTextInForce) {
  submit(study("s", "parallel: 3  # slots\n"), "r1");
  idl::StudyEdit edit;
  edit.settings = {"parallel=8", "budget.trials=70"};
  edit.version = 1;
  idl::EditReply reply;
  engine().edit_study(reply, "e1", "s", edit);
  engine().edit_study(reply, "e1", "s", edit);  // the reply once given
  EXPECT_EQ(reply.version.number, 2);
  EXPECT_EQ(reply.status.study.spec.parallel, 8);
  EXPECT_THROW(engine().edit_study(reply, "e2", "s", edit), idl::Conflict);
  EXPECT_THROW(engine().edit_study(reply, "e3", "t", edit), idl::NotFound);
  EXPECT_THROW(engine().edit_study(reply, "", "s", edit), idl::InvalidRequest);
  std::vector<idl::StudyVersion> versions;
  engine().study_versions(versions, "s");
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_THAT(versions[1].source_text, HasSubstr("parallel: 8  # slots\n"));
  EXPECT_THROW(engine().study_versions(versions, "t"), idl::NotFound);
}

TEST_F(StudyCallsTest, AnEditThatCannotBeNamesTheLine) {
  submit(study("s"), "r1");
  idl::StudyEdit edit;
  edit.version = 1;
  idl::EditReply reply;
  const auto refused = [&](const std::vector<std::string>& settings) {
    edit.settings = settings;
    try {
      engine().edit_study(reply, "e" + settings.front(), "s", edit);
    } catch (const idl::InvalidRequest& invalid) {
      return invalid;
    }
    return idl::InvalidRequest();
  };
  const idl::InvalidRequest fixed = refused({"objective.goal=maximize", "seed=123"});
  ASSERT_EQ(fixed.errors.size(), 2U);
  EXPECT_THAT(fixed.errors[0].message, HasSubstr("objective cannot change"));
  EXPECT_GT(fixed.errors[0].line, 1);
  EXPECT_EQ(refused({"paralell=3"}).errors.size(), 1U);
  EXPECT_THAT(refused({"parallel"}).message, HasSubstr("expected KEY=VALUE"));
  EXPECT_THAT(refused({"objective=["}).message, HasSubstr("not a value"));
}

TEST_F(StudyCallsTest, RetriesWhatHasFailed) {
  submit(study("s"), "r1");
  idl::StudyStatus status;
  EXPECT_THROW(engine().retry_failed(status, "f1", "s"), idl::Conflict);  // nothing has
  EXPECT_THROW(engine().retry_failed(status, "f2", "t"), idl::NotFound);
  const std::vector<idl::Trial> trials = ask("a1", 1);
  idl::Outcome outcome;
  outcome.failure = "no luck";
  engine().tell("", "s", trials[0].number, outcome);
  engine().retry_failed(status, "f3", "s");
  engine().retry_failed(status, "f3", "s");  // the reply once given
  EXPECT_EQ(status.study.retried, 1);
  EXPECT_EQ(ask("a2", 1)[0].configuration, trials[0].configuration);
}

TEST_F(StudyCallsTest, AsksAndTells) {
  submit(study("s"), "r1");
  const std::vector<idl::Trial> trials = ask("a1", 3);
  ASSERT_EQ(trials.size(), 3U);
  EXPECT_EQ(trials[0].configuration.size(), 2U);
  EXPECT_EQ(ask("a1", 3), trials);
  EXPECT_THROW(ask("a1", 2), idl::Conflict);
  EXPECT_THROW(ask("a2", 0), idl::InvalidRequest);
  EXPECT_THROW(ask("a2", 1001), idl::InvalidRequest);
  EXPECT_THROW(ask("a2", 1, "none"), idl::NotFound);
  engine().tell("", "s", 0, value(0.5));  // needs no request id: the outcome says it all
  engine().tell("t1", "s", 0, value(0.5));
  EXPECT_THROW(engine().tell("t2", "s", 0, value(0.7)), idl::Conflict);
  EXPECT_THROW(engine().tell("t3", "s", 99, value(0.5)), idl::NotFound);
  engine().tell("t4", "s", 1, value(0.25));
  idl::Outcome failed;
  failed.failure = "out of luck";
  engine().tell("t5", "s", 2, failed);

  idl::StudyStatus status;
  engine().study_status(status, "s");
  EXPECT_EQ(status.trials_complete, 2);
  EXPECT_EQ(status.trials_failed, 1);
  EXPECT_EQ(status.best.number, 1);
  idl::TrialPage page;
  engine().list_trials(page, "s", 1, 10);
  EXPECT_EQ(page.total, 3);
  ASSERT_EQ(page.trials.size(), 2U);
  EXPECT_EQ(page.trials[1].reason, "out of luck");
  idl::TrialDetail detail;
  engine().show_trial(detail, "s", 1);
  EXPECT_EQ(detail.trial.value, 0.25);
  EXPECT_THROW(engine().show_trial(detail, "s", 77), idl::NotFound);
  idl::Leaderboard board;
  engine().leaderboard(board, "s", 10);
  ASSERT_EQ(board.rows.size(), 2U);
  EXPECT_EQ(board.rows[0].trial.number, 1);
}

idl::Outcome metrics(const std::map<std::string, double>& values) {
  idl::Outcome outcome;
  outcome.metrics = values;
  return outcome;
}

TEST_F(StudyCallsTest, TheBoardPutsInfeasibleTrialsLast) {
  submit(study("s", "constraints: [\"latency_ms < 20\"]\nbaseline: [{x: 0.5}, {x: 0.6}]\n"), "r1");
  ask("a1", 2);  // the baselines
  ask("a2", 1);
  engine().tell("", "s", 0, metrics({{"loss", 0.1}, {"latency_ms", 40}}));
  idl::StudyStatus status;
  engine().study_status(status, "s");
  EXPECT_FALSE(status.__isset.best) << "an infeasible trial never leads";
  EXPECT_EQ(status.trials_infeasible, 1);
  EXPECT_TRUE(status.best_history.empty());
  EXPECT_EQ(status.baseline.number, 0);
  engine().tell("", "s", 1, metrics({{"loss", 0.7}, {"latency_ms", 19}}));
  engine().tell("", "s", 2, metrics({{"loss", 0.2}, {"latency_ms", 20}}));
  engine().study_status(status, "s");
  EXPECT_EQ(status.best.number, 1);
  EXPECT_EQ(status.baseline.number, 1) << "a feasible one, though it is worse";
  EXPECT_EQ(status.best_history, (std::vector<double>{0.7, 0.7}));
  idl::Leaderboard board;
  engine().leaderboard(board, "s", 10);
  ASSERT_EQ(board.rows.size(), 3U);
  EXPECT_EQ(board.rows[0].trial.number, 1);
  EXPECT_EQ(board.rows[1].trial.number, 2) << "it misses by less";
  EXPECT_EQ(board.rows[2].trial.number, 0);
  EXPECT_EQ(board.rows[0].trial.violation, 0);
  EXPECT_GT(board.rows[1].trial.violation, 0);
  EXPECT_TRUE(board.rows[0].missed.empty());
  EXPECT_EQ(board.rows[1].missed, (std::map<std::string, double>{{"latency_ms < 20", 0}}));
  EXPECT_EQ(board.rows[2].missed, (std::map<std::string, double>{{"latency_ms < 20", 20}}));
}

TEST_F(StudyCallsTest, SeveralObjectivesGiveAFront) {
  idl::StudyText text = study("s");
  text.text.replace(text.text.find("{metric"),
                    sizeof "{metric: loss, goal: minimize}" - 1,
                    "[{metric: loss, goal: minimize}, {metric: acc, goal: maximize}]");
  submit(text, "r1");
  ask("a1", 4);
  const double points[4][2] = {{0.5, 0.9}, {0.1, 0.2}, {0.6, 0.8}, {0.3, 0.5}};
  for (int i = 0; i < 4; ++i) {
    engine().tell("", "s", i, metrics({{"loss", points[i][0]}, {"acc", points[i][1]}}));
  }
  idl::StudyStatus status;
  engine().study_status(status, "s");
  EXPECT_FALSE(status.__isset.best);
  EXPECT_EQ(status.front_size, 3);
  ASSERT_EQ(status.front.size(), 3U);
  EXPECT_EQ(status.front[0].number, 1);
  EXPECT_EQ(status.front[0].values, (std::vector<double>{0.1, 0.2}));
  EXPECT_EQ(status.front[0].configuration.size(), 2U);
  EXPECT_EQ(status.best_history, (std::vector<double>{0.5, 0.1, 0.1, 0.1}));
  idl::Leaderboard board;
  engine().leaderboard(board, "s", 10);
  std::vector<std::pair<std::int64_t, std::int32_t>> rows;
  for (const idl::LeaderboardRow& row : board.rows) {
    rows.emplace_back(row.trial.number, row.front);
  }
  using P = std::pair<std::int64_t, std::int32_t>;
  EXPECT_EQ(rows, (std::vector<P>{{1, 1}, {3, 1}, {0, 1}, {2, 2}}));
  EXPECT_EQ(board.front_size, 3);
  idl::StudyReport report;
  engine().report_study(report, "s");
  ASSERT_EQ(report.importance.size(), 2U);
  EXPECT_EQ(report.importance[1].metric, "acc");
  EXPECT_FALSE(report.__isset.shadow || report.__isset.remaining);
}

TEST_F(StudyCallsTest, ReportsWhatFinishedTrialsSay) {
  submit(study("s"), "r1");
  idl::StudyReport report;
  engine().report_study(report, "s");
  EXPECT_EQ(report.status.study.spec.name, "s");
  EXPECT_FALSE(report.__isset.shadow);
  EXPECT_EQ(report.notes.size(), 2U);
  EXPECT_THROW(engine().report_study(report, "none"), idl::NotFound);
  for (const idl::Trial& trial : ask("a1", 20)) {
    const double x = trial.configuration[0].value.real;
    engine().tell("", "s", trial.number, value((x - 0.3) * (x - 0.3)));
  }
  engine().report_study(report, "s");
  ASSERT_EQ(report.importance.size(), 1U);
  const idl::ObjectiveImportance& importance = report.importance[0];
  EXPECT_EQ(importance.metric, "loss");
  EXPECT_EQ(importance.trials, 20);
  ASSERT_EQ(importance.parameters.size(), 2U);
  EXPECT_EQ(importance.parameters[0].parameter, "x");
  EXPECT_GT(importance.parameters[0].share, 0.5);
  EXPECT_EQ(importance.parameters[0].curve.size(), 33U);
  EXPECT_EQ(importance.parameters[1].curve.size(), 9U);  // n: 1 to 9
  EXPECT_EQ(importance.parameters[1].curve[8].at.integer, 9);
  ASSERT_TRUE(report.__isset.shadow && report.__isset.remaining);
  EXPECT_EQ(report.shadow.points.back().trials, 20);
  EXPECT_LE(report.shadow.points.back().low, report.shadow.points.back().high);
  EXPECT_EQ(report.remaining.expected.size(), 20U);
  EXPECT_GE(report.remaining.possible, 0);
  EXPECT_TRUE(report.notes.empty());
  idl::StudyReport again;
  engine().report_study(again, "s");
  EXPECT_EQ(again.remaining, report.remaining);
  EXPECT_EQ(again.importance, report.importance);
}

TEST_F(StudyCallsTest, ReportsAMaximisedObjectiveInItsOwnUnits) {
  idl::StudyText text = study("m");
  text.text.replace(text.text.find("minimize"), 8, "maximize");
  submit(text, "r1");
  for (const idl::Trial& trial : ask("a1", 30, "m")) {
    engine().tell("", "m", trial.number, value(trial.configuration[0].value.real));
  }
  idl::StudyReport report;
  engine().report_study(report, "m");
  const std::vector<idl::CurvePoint>& curve = report.importance[0].parameters[0].curve;
  EXPECT_LT(curve.front().value, curve.back().value);
  const std::vector<idl::ShadowPoint>& points = report.shadow.points;
  EXPECT_LT(points.front().expected, points.back().expected);
  EXPECT_LT(points.front().low, points.front().high);
  EXPECT_NEAR(report.remaining.best, 1, 0.1);
}

TEST_F(StudyCallsTest, PausesResumesAndStops) {
  submit(study("s"), "r1");
  idl::StudyStatus status;
  engine().change_study(status, "c1", "s", idl::StudyAction::PAUSE);
  EXPECT_EQ(status.study.state, idl::StudyState::PAUSED);
  engine().change_study(status, "c2", "s", idl::StudyAction::RESUME);
  EXPECT_EQ(status.study.state, idl::StudyState::RUNNING);
  engine().change_study(status, "c3", "s", idl::StudyAction::STOP);
  EXPECT_EQ(status.study.state, idl::StudyState::STOPPED);
  EXPECT_THROW(engine().change_study(status, "c4", "none", idl::StudyAction::STOP), idl::NotFound);
  EXPECT_THROW(engine().change_study(status, "c5", "s", static_cast<idl::StudyAction::type>(77)),
               idl::InvalidRequest);
}

TEST_F(StudyCallsTest, WantsTheCodeBeforeTheStudy) {
  const std::string archive = "not really an archive";
  const std::string digest = sha256_hex(archive);
  idl::SubmitReply reply;
  EXPECT_FALSE(engine().has_archive(digest));
  EXPECT_THROW(engine().submit_study(reply, "r1", study("s"), digest, false), idl::InvalidRequest);
  EXPECT_THROW(engine().put_archive(digest, 5, archive, true), idl::Conflict);
  EXPECT_THROW(engine().put_archive("../x", 0, archive, true), idl::InvalidRequest);
  engine().put_archive(digest, 0, archive.substr(0, 5), false);
  engine().put_archive(digest, 5, archive.substr(5), true);
  EXPECT_TRUE(engine().has_archive(digest));
  engine().submit_study(reply, "r2", study("s"), digest, false);
  EXPECT_EQ(reply.status.study.code_digest, digest);
}

TEST_F(StudyCallsTest, SixteenClientsShareTheirCommits) {
  submit(study("s", "parallel: 64\n"), "r1");
  const LoopCounts before = server_.loop().counts();
  std::vector<std::thread> clients;
  for (int client = 0; client < 16; ++client) {
    clients.emplace_back([this] {
      const auto connection = server_.connect();
      for (int i = 0; i < 3; ++i) {
        std::vector<idl::Trial> trials;
        connection->engine().ask(trials, idl::new_request_id(), "s", 1);
        connection->engine().tell("", "s", trials.at(0).number, value(0.1));
      }
    });
  }
  for (std::thread& client : clients) {
    client.join();
  }
  const LoopCounts after = server_.loop().counts();
  EXPECT_LT(after.turns - before.turns, 2 * 16 * 3);
}

}  // namespace
}  // namespace automl::engine::server
