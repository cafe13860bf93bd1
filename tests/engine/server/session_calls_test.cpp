// SPDX-License-Identifier: Apache-2.0
#include "engine/server/session_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/server/running_server.hpp"

namespace automl::engine::server {
namespace {

// A client, and the test in the part of the runner.
class SessionCallsTest : public testing::Test {
 protected:
  idl::EngineClient& engine() { return connection_->engine(); }
  idl::RunnerGateClient& gate() { return connection_->runner_gate(); }

  idl::Session run(const std::string& id, const std::string& command = "echo hello") {
    idl::SessionSpec spec;
    spec.command = command;
    spec.resources.cpus = 1;
    idl::SubmitSessionReply reply;
    engine().run_session(reply, id, spec, "none");
    return reply.session;
  }
  idl::SessionRow show(const std::string& name) {
    idl::SessionRow row;
    engine().show_session(row, name);
    return row;
  }
  idl::RunnerOrder register_runner(const std::string& token) {
    idl::RunnerIdentity runner;
    runner.node = "here";
    runner.pid = getpid();
    idl::RunnerOrder order;
    gate().register_runner(order, token, runner);
    return order;
  }
  idl::ReportReply report(const std::string& token, std::int64_t offset, const std::string& text) {
    idl::ReportBatch batch;
    if (!text.empty()) {
      idl::LogPiece piece;
      piece.offset = offset;
      piece.bytes = text;
      batch.log.push_back(piece);
    }
    idl::ReportReply reply;
    gate().report(reply, token, batch);
    return reply;
  }
  void finish(const std::string& token) {
    idl::ExitReport exit;
    exit.cause = idl::ExitCause::EXITED;
    gate().finish(token, exit);
  }
  idl::LogSlice read_log(const std::string& name, std::int64_t offset, int limit = 1000) {
    idl::LogSlice slice;
    engine().read_log(slice, name, 0, offset, limit);
    return slice;
  }

  RunningServer server_;
  std::unique_ptr<idl::Connection> connection_ = server_.connect();
};

TEST_F(SessionCallsTest, RunsASessionFromSubmissionToItsEnd) {
  const idl::Session session = run("r1");
  EXPECT_EQ(session.name, own_principal().user + "/none/1");
  EXPECT_EQ(run("r1").id, session.id);  // the reply once given
  EXPECT_THROW(run("r1", "echo other"), idl::Conflict);
  const std::string token = server_.executor().token(0);
  const idl::RunnerOrder order = register_runner(token);
  EXPECT_EQ(order.session.spec.command, "echo hello");
  EXPECT_EQ(show(session.name).session.state, idl::SessionState::RUNNING);
  EXPECT_EQ(report(token, 0, "hello\n").verdict.action, idl::VerdictAction::PROCEED);

  idl::LogSlice slice = read_log(session.name, 0, 3);
  EXPECT_EQ(slice.bytes, "hel");
  EXPECT_EQ(slice.next_offset, 3);
  EXPECT_EQ(slice.attempt, 1);
  slice = read_log(session.name, slice.next_offset);
  EXPECT_EQ(slice.bytes, "lo\n");
  EXPECT_FALSE(slice.ended);

  report(token, 6, "bye\n");
  finish(token);
  finish(token);  // repeatable
  EXPECT_EQ(show(std::to_string(session.id)).session.state, idl::SessionState::COMPLETE);
  slice = read_log(session.name, 6);
  EXPECT_EQ(slice.bytes, "bye\n");
  EXPECT_TRUE(slice.ended);
  EXPECT_EQ(slice.next_offset, 10);
}

TEST_F(SessionCallsTest, ATokenThatIsNotTheCurrentOneIsToldToStop) {
  EXPECT_THROW(register_runner("no such token"), idl::Superseded);
  EXPECT_THROW(report("no such token", 0, "x"), idl::Superseded);
  EXPECT_THROW(finish("no such token"), idl::Superseded);
}

TEST_F(SessionCallsTest, AStopReachesTheRunner) {
  const idl::Session session = run("r1");
  const std::string token = server_.executor().token(0);
  register_runner(token);
  engine().stop_session("s1", session.name, true);
  const idl::ReportReply reply = report(token, 0, "");
  EXPECT_EQ(reply.verdict.action, idl::VerdictAction::STOP);
  EXPECT_TRUE(reply.verdict.kill);
  EXPECT_THROW(engine().stop_session("s2", "nobody/none/9", false), idl::NotFound);
}

TEST_F(SessionCallsTest, APauseReachesTheRunnerAndAResumeTheQueue) {
  const idl::Session session = run("r1");
  const std::string token = server_.executor().token(0);
  register_runner(token);
  engine().change_session("p1", session.name, idl::SessionAction::PAUSE);
  engine().change_session("p1", session.name, idl::SessionAction::PAUSE);  // a repeat
  EXPECT_EQ(report(token, 0, "").verdict.action, idl::VerdictAction::PAUSE);
  EXPECT_THROW(engine().change_session("p1", session.name, idl::SessionAction::RESUME),
               idl::Conflict);  // another request by that id
  EXPECT_THROW(engine().change_session("p2", session.name, idl::SessionAction::RESUME),
               idl::Conflict);  // it is still saving
  EXPECT_THROW(engine().change_session("p3", "nobody/none/9", idl::SessionAction::PAUSE),
               idl::NotFound);
  EXPECT_THROW(engine().change_session("p4", session.name, idl::SessionAction::type(7)),
               idl::InvalidRequest);
}

TEST_F(SessionCallsTest, ListsAndExplains) {
  idl::SessionList list;
  engine().list_sessions(list, idl::SessionFilter());
  EXPECT_EQ(list.total, 0);
  for (int i = 0; i < 6; ++i) {
    run("r" + std::to_string(i));  // 4 fit
  }
  server_.executor().token(3);
  engine().list_sessions(list, idl::SessionFilter());
  EXPECT_EQ(list.total, 6);
  std::vector<idl::Blockage> blockages;
  engine().why(blockages, "");
  EXPECT_FALSE(blockages.empty());
  EXPECT_THROW(engine().why(blockages, "nothing/of/that"), idl::NotFound);
}

TEST_F(SessionCallsTest, RefusesLogsOfWhatDoesNotExist) {
  idl::LogSlice slice;
  EXPECT_THROW(engine().read_log(slice, "nobody/none/1", 0, 0, 10), idl::NotFound);
  const idl::Session session = run("r1");
  EXPECT_THROW(engine().read_log(slice, session.name, 9, 0, 10), idl::NotFound);
  EXPECT_THROW(engine().read_log(slice, session.name, -1, 0, 10), idl::NotFound);
  engine().read_log(slice, session.name, 0, -5, -5);  // bounds are kept, nothing is there yet
  EXPECT_EQ(slice.bytes, "");
}

TEST_F(SessionCallsTest, ForksOnlyWhatHasSaved) {
  const idl::Session session = run("r1");
  idl::SubmitSessionReply reply;
  EXPECT_THROW(engine().fork_session(reply, "f1", session.name, 0), idl::Conflict);
  EXPECT_THROW(engine().fork_session(reply, "f2", "nobody/none/9", 0), idl::NotFound);
  EXPECT_THROW(engine().fork_session(reply, "", session.name, 0), idl::InvalidRequest);
}

TEST_F(SessionCallsTest, RefusesCodeThatHasNotBeenSent) {
  idl::SessionSpec spec;
  spec.command = "true";
  spec.code_digest = std::string(64, 'a');
  idl::SubmitSessionReply reply;
  EXPECT_THROW(engine().run_session(reply, "r1", spec, "none"), idl::InvalidRequest);
}

}  // namespace
}  // namespace automl::engine::server
