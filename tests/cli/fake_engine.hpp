// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "Engine.h"

namespace apache::thrift::server {
class TServer;
}

namespace automl::cli {

// An engine that gives canned answers and remembers what it was asked: the other end of the
// command line in tests. Prepared before the server starts; read after the program has ended.
class FakeEngine : public idl::EngineNull {
 public:
  FakeEngine();

  void engine_info(idl::EngineInfo& reply) override { reply = info; }
  void check_study(idl::StudyCheck& reply, const idl::StudyText& text) override;
  bool has_archive(const std::string& digest) override;
  void put_archive(const std::string& digest,
                   std::int64_t offset,
                   const std::string& bytes,
                   bool last) override;
  void submit_study(idl::SubmitReply& reply,
                    const std::string& request,
                    const idl::StudyText& text,
                    const std::string& digest,
                    bool smoke) override;
  void study_status(idl::StudyStatus& reply, const std::string& study) override;
  void list_studies(std::vector<idl::StudyStatus>& reply) override { reply = {status}; }
  void change_study(idl::StudyStatus& reply,
                    const std::string& request,
                    const std::string& study,
                    idl::StudyAction::type action) override;
  void change_session(const std::string& request,
                      const std::string& subject,
                      idl::SessionAction::type action) override;
  void replay_schedule(idl::ScheduleReplay& reply,
                       const std::string& study,
                       const std::string& scheduler) override;
  void retry_failed(idl::StudyStatus& reply,
                    const std::string& request_id,
                    const std::string& study) override;
  void edit_study(idl::EditReply& reply,
                  const std::string& request_id,
                  const std::string& study,
                  const idl::StudyEdit& edit) override;
  void study_versions(std::vector<idl::StudyVersion>& reply, const std::string& study) override;
  void fork_session(idl::SubmitSessionReply& reply,
                    const std::string& request_id,
                    const std::string& session,
                    std::int64_t checkpoint) override;
  void enqueue(idl::StudyStatus& reply,
               const std::string& request,
               const std::string& study,
               const std::map<std::string, std::string>& values) override;
  void list_trials(idl::TrialPage& reply,
                   const std::string& study,
                   std::int64_t from,
                   std::int32_t limit) override;
  void show_trial(idl::TrialDetail& reply, const std::string& study, std::int64_t number) override;
  void leaderboard(idl::Leaderboard& reply, const std::string& study, std::int32_t limit) override;
  void report_study(idl::StudyReport& reply, const std::string& study) override;
  void ask(std::vector<idl::Trial>& reply,
           const std::string& request,
           const std::string& study,
           std::int32_t count) override;
  void tell(const std::string& request,
            const std::string& study,
            std::int64_t number,
            const idl::Outcome& outcome) override;
  void run_session(idl::SubmitSessionReply& reply,
                   const std::string& request,
                   const idl::SessionSpec& spec,
                   const std::string& dataset) override;
  void list_sessions(idl::SessionList& reply, const idl::SessionFilter& filter) override;
  void show_session(idl::SessionRow& reply, const std::string& session) override;
  void stop_session(const std::string& request, const std::string& session, bool kill) override;
  void read_log(idl::LogSlice& reply,
                const std::string& session,
                std::int32_t attempt,
                std::int64_t offset,
                std::int32_t limit) override;
  void why(std::vector<idl::Blockage>& reply, const std::string& subject) override;
  void list_checkpoints(idl::CheckpointList& reply, const std::string& subject) override;
  void restore_checkpoint(idl::CheckpointRow& reply,
                          const std::string& session,
                          std::int64_t number,
                          const std::string& folder) override;

  // Changes the study while the server runs.
  void change(const std::function<void(idl::StudyStatus&)>& make) {
    const std::lock_guard lock(mutex_);
    make(status);
  }

  idl::EngineInfo info;
  idl::StudyCheck checked;
  idl::StudyStatus status;         // of the study "digits"
  std::vector<idl::Trial> trials;  // its trials
  idl::Leaderboard board;
  idl::StudyReport report;
  idl::TrialDetail detail;
  idl::SessionList sessions;
  idl::SessionRow session;  // what run and logs look at
  std::string log;
  std::vector<idl::Blockage> blocks;
  idl::CheckpointList checkpoints;
  std::vector<idl::StudyVersion> versions;
  std::vector<idl::StudyEdit> edits;
  std::vector<idl::InvalidRequest> edit_refusals;  // of the first edits
  std::string conflict;                            // not empty: submit_study is refused with it
  std::string denial;                              // not empty: change_study is refused with it
  int unavailable = 0;  // so many calls of study_status are refused before one is answered

  std::vector<std::string> calls;  // in words
  std::vector<std::string> request_ids;
  idl::SessionSpec submitted;
  std::string archive;

 private:
  void note(const std::string& call) {
    const std::lock_guard lock(mutex_);
    calls.push_back(call);
  }

  std::mutex mutex_;
};

// Serves a fake engine on a Unix socket, from construction to destruction.
class FakeServer {
 public:
  FakeServer(std::shared_ptr<FakeEngine> engine, const std::string& socket);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

 private:
  std::shared_ptr<apache::thrift::server::TServer> server_;
  std::thread thread_;
};

}  // namespace automl::cli
