// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/fake_engine.hpp"

#include <algorithm>
#include <filesystem>
#include <future>
#include <stdlib.h>

#include <thrift/processor/TMultiplexedProcessor.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TServerSocket.h>

#include "idl/version.hpp"
#include "tests/cli/digits_study.hpp"

namespace automl::cli {

namespace {

// Throws NotFound unless it is the one study there is.
void expect_known(const std::string& study) {
  if (study != "digits") {
    idl::NotFound missing;
    missing.message = "there is no study \"" + study + "\"";
    throw missing;
  }
}

// Says when the server listens.
class Listening : public apache::thrift::server::TServerEventHandler {
 public:
  void preServe() override { promise_.set_value(); }
  std::future<void> future() { return promise_.get_future(); }

 private:
  std::promise<void> promise_;
};

}  // namespace

FakeEngine::FakeEngine() : status(digits_status()), trials(digits_trials()), board(digits_board()) {
  info.version = version();
  info.pid = 4711;
  info.home = "/home/ada/.automl";
  idl::Node node;
  node.name = "local";
  node.cpus = 2;
  node.memory_bytes = std::int64_t{8} << 30;
  info.nodes = {node};
  checked.__set_spec(status.study.spec);
  checked.algorithm_note = status.study.algorithm_note;
  idl::StudyVersion& first = versions.emplace_back();
  first.number = 1;
  first.spec = status.study.spec;
  first.source_text = "study: digits\n";
  first.time_ms = status.study.created_ms;
  first.by = "ada";
  detail.trial = trials[1];
  detail.session.name = "ada/none/2";
  session.session = detail.session;
}

void FakeEngine::check_study(idl::StudyCheck& reply, const idl::StudyText& text) {
  note("check_study " + text.path);
  reply = checked;
}

bool FakeEngine::has_archive(const std::string& digest) {
  note("has_archive");
  return !archive.empty() && !digest.empty();
}

void FakeEngine::put_archive(const std::string&,
                             std::int64_t offset,
                             const std::string& bytes,
                             bool last) {
  note("put_archive " + std::to_string(offset) + (last ? " last" : ""));
  archive += bytes;
}

void FakeEngine::submit_study(idl::SubmitReply& reply,
                              const std::string& request,
                              const idl::StudyText&,
                              const std::string& digest,
                              bool smoke) {
  note(std::string("submit_study") + (smoke ? " smoke" : "") + (digest.empty() ? "" : " code"));
  request_ids.push_back(request);
  if (!conflict.empty()) {
    idl::Conflict refusal;
    refusal.message = conflict;
    throw refusal;
  }
  reply.outcome = idl::Submission::CREATED;
  reply.status = status;
}

void FakeEngine::study_status(idl::StudyStatus& reply, const std::string& study) {
  expect_known(study);
  if (unavailable-- > 0) {
    idl::Unavailable refusal;
    refusal.message = "the disk is full";
    throw refusal;
  }
  const std::lock_guard lock(mutex_);
  reply = status;
}

void FakeEngine::change_study(idl::StudyStatus& reply,
                              const std::string& request,
                              const std::string& study,
                              idl::StudyAction::type action) {
  expect_known(study);
  note("change_study " + std::string(idl::_StudyAction_VALUES_TO_NAMES.at(action)));
  request_ids.push_back(request);
  if (!denial.empty()) {
    idl::PermissionDenied refusal;
    refusal.message = denial;
    throw refusal;
  }
  reply = status;
}

void FakeEngine::change_session(const std::string& request,
                                const std::string& subject,
                                idl::SessionAction::type action) {
  note("change_session " + subject + " " + idl::_SessionAction_VALUES_TO_NAMES.at(action));
  request_ids.push_back(request);
}

void FakeEngine::edit_study(idl::EditReply& reply,
                            const std::string& request,
                            const std::string& study,
                            const idl::StudyEdit& edit) {
  expect_known(study);
  note("edit_study");
  request_ids.push_back(request);
  edits.push_back(edit);
  if (!edit_refusals.empty()) {
    const idl::InvalidRequest refusal = edit_refusals.front();
    edit_refusals.erase(edit_refusals.begin());
    throw refusal;
  }
  reply.status = status;
  reply.version.number = edit.version + 1;
  reply.version.changes = {"space.lr: {float: [1e-05, 0.1]} → {float: [1e-05, 0.5]}"};
  reply.version.notes = {"37 of 40 trials kept, 3 left out: 3 with lr above 0.1\033[2J"};
}

void FakeEngine::study_versions(std::vector<idl::StudyVersion>& reply, const std::string& study) {
  expect_known(study);
  reply = versions;
}

void FakeEngine::replay_schedule(idl::ScheduleReplay& reply,
                                 const std::string& study,
                                 const std::string& scheduler) {
  expect_known(study);
  note("replay_schedule " + scheduler);
  reply.trials = 3;
  reply.steps = 81;
  reply.steps_paid = 30;
  reply.trials_pruned = 2;
  reply.__set_best(0.96);
  reply.__set_best_trial(1);
  reply.__set_study_best(0.98);
  reply.__set_study_best_trial(2);
  reply.__set_study_steps_to_best(70);
  reply.notes = {"1 trials were ended early"};
}

void FakeEngine::enqueue(idl::StudyStatus& reply,
                         const std::string& request,
                         const std::string& study,
                         const std::map<std::string, std::string>& values) {
  expect_known(study);
  std::string words = "enqueue";
  for (const auto& [name, value] : values) {
    words += " " + name + "=" + value;
  }
  note(words);
  request_ids.push_back(request);
  reply = status;
}

void FakeEngine::retry_failed(idl::StudyStatus& reply,
                              const std::string& request,
                              const std::string& study) {
  expect_known(study);
  note("retry_failed");
  request_ids.push_back(request);
  reply = status;
  reply.study.enqueued.resize(2);
}

void FakeEngine::fork_session(idl::SubmitSessionReply& reply,
                              const std::string& request,
                              const std::string& name,
                              std::int64_t checkpoint) {
  note("fork_session " + name + " " + std::to_string(checkpoint));
  request_ids.push_back(request);
  reply.session = session.session;
  reply.session.__isset.restore = true;
  reply.session.restore.number = checkpoint == 0 ? 7 : checkpoint;
  reply.session.restore.step = 30;
}

void FakeEngine::list_trials(idl::TrialPage& reply,
                             const std::string& study,
                             std::int64_t from,
                             std::int32_t limit) {
  expect_known(study);
  for (const idl::Trial& trial : trials) {
    if (trial.number >= from && reply.trials.size() < static_cast<std::size_t>(limit)) {
      reply.trials.push_back(trial);
    }
  }
  reply.total = static_cast<std::int64_t>(trials.size());
}

void FakeEngine::show_trial(idl::TrialDetail& reply, const std::string& study, std::int64_t) {
  expect_known(study);
  reply = detail;
}

void FakeEngine::leaderboard(idl::Leaderboard& reply,
                             const std::string& study,
                             std::int32_t limit) {
  expect_known(study);
  reply = board;
  reply.rows.resize(std::min(reply.rows.size(), static_cast<std::size_t>(limit)));
}

void FakeEngine::report_study(idl::StudyReport& reply, const std::string& study) {
  expect_known(study);
  reply = report;
}

void FakeEngine::ask(std::vector<idl::Trial>& reply,
                     const std::string&,
                     const std::string& study,
                     std::int32_t count) {
  expect_known(study);
  reply.assign(trials.begin(), trials.begin() + std::min<std::ptrdiff_t>(count, 3));
}

void FakeEngine::tell(const std::string&,
                      const std::string& study,
                      std::int64_t number,
                      const idl::Outcome& outcome) {
  expect_known(study);
  std::string text = outcome.__isset.value ? std::to_string(outcome.value) : outcome.failure;
  for (const auto& [metric, value] : outcome.metrics) {
    text += (text.empty() ? "" : " ") + metric + "=" + std::to_string(value);
  }
  note("tell " + std::to_string(number) + " " + text);
}

void FakeEngine::run_session(idl::SubmitSessionReply& reply,
                             const std::string& request,
                             const idl::SessionSpec& spec,
                             const std::string& dataset) {
  note("run_session " + dataset);
  request_ids.push_back(request);
  submitted = spec;
  reply.session = session.session;
}

void FakeEngine::list_sessions(idl::SessionList& reply, const idl::SessionFilter&) {
  reply = sessions;
}

void FakeEngine::show_session(idl::SessionRow& reply, const std::string&) { reply = session; }

void FakeEngine::stop_session(const std::string&, const std::string& name, bool kill) {
  note("stop_session " + name + (kill ? " kill" : ""));
}

void FakeEngine::read_log(idl::LogSlice& reply,
                          const std::string& name,
                          std::int32_t,
                          std::int64_t offset,
                          std::int32_t limit) {
  if (name == "digits") {
    idl::NotFound missing;
    missing.message = "there is no session \"digits\"";
    throw missing;
  }
  reply.bytes = log.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(limit));
  reply.next_offset = offset + static_cast<std::int64_t>(reply.bytes.size());
  reply.attempt = 1;
  reply.ended = true;
}

void FakeEngine::why(std::vector<idl::Blockage>& reply, const std::string&) { reply = blocks; }

void FakeEngine::list_checkpoints(idl::CheckpointList& reply, const std::string& subject) {
  note("list_checkpoints " + subject);
  reply = checkpoints;
}

void FakeEngine::restore_checkpoint(idl::CheckpointRow& reply,
                                    const std::string& of,
                                    std::int64_t number,
                                    const std::string& folder) {
  note("restore_checkpoint " + of + " " + std::to_string(number) + " " + folder);
  reply = checkpoints.rows.at(0);
}

FakeServer::FakeServer(std::shared_ptr<FakeEngine> engine, const std::string& socket) {
  std::filesystem::remove(socket);  // of a server before this one
  auto processor = std::make_shared<apache::thrift::TMultiplexedProcessor>();
  processor->registerProcessor("engine", std::make_shared<idl::EngineProcessor>(engine));
  server_ = std::make_shared<apache::thrift::server::TThreadedServer>(
      processor,
      std::make_shared<apache::thrift::transport::TServerSocket>(socket),
      std::make_shared<apache::thrift::transport::TFramedTransportFactory>(),
      std::make_shared<apache::thrift::protocol::TBinaryProtocolFactory>());
  auto listening = std::make_shared<Listening>();
  server_->setServerEventHandler(listening);
  thread_ = std::thread([this] { server_->serve(); });
  listening->future().wait();
}

FakeServer::~FakeServer() {
  server_->stop();
  thread_.join();
}

}  // namespace automl::cli
