// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/core.hpp"

#include "executor/executor.hpp"
#include "storage/sql/connection.hpp"
#include "storage/storage.hpp"

namespace automl::engine {

// A study of one float `x` in [0, 1], minimising `loss`, sampled by `random` with seed 7.
idl::StudySpec small_study(const std::string& name);
// `metric op limit`.
idl::Constraint bound(const std::string& metric, idl::ComparisonOp::type op, double limit);
idl::Node node_of(const std::string& name, int cpus, int gpus, std::int64_t memory_bytes);
idl::Measurement measured(std::int64_t sequence, double loss);
idl::ExitReport exited(int code);
// What a runner says that has ended its command because it was asked to.
idl::ExitReport ended(idl::ExitCause::type cause);

// The core over a real store in memory, its clock in the test's hands. Suggestions are computed at
// once; launches, cancels and questions to the executor are kept for the test to look at.
class DrivenCore : private Clock, private Random {
 public:
  // One node "n" with 8 CPUs, 4 GPUs and 64 GiB.
  explicit DrivenCore(Settings settings = {}, executor::Capabilities capabilities = {"scripted"});
  // Over a store of the test's own.
  DrivenCore(std::unique_ptr<storage::Storage> storage, Settings settings);
  ~DrivenCore() override;

  // One turn, then one for each answer that follows from it.
  void turn(Event event);
  // Time passes, then what is due is done.
  void wait_ms(std::int64_t duration);
  // Only the wall clock moves, as when somebody sets it.
  void set_wall_back_ms(std::int64_t duration) { wall_ms_ -= duration; }
  // The engine dies and another one starts from the store.
  void restart();

  // Whose calls the next ones are; ann's at first.
  void act_as(const std::string& user) { user_ = user; }

  // Each names its own caller and gives the answer to it; a test fails when there is none.
  Payload submit(const idl::StudySpec& spec, const std::string& request = "");
  Payload change(const std::string& study,
                 idl::StudyAction::type action,
                 const std::string& request = "");
  Payload submit_session(const idl::SessionSpec& spec, const std::string& request = "");
  Payload stop_session(const std::string& name, bool kill = false);
  Payload change_session(const std::string& name, idl::SessionAction::type action);
  Payload enqueue(const std::string& study,
                  const std::map<std::string, std::string>& values,
                  const std::string& request = "");
  Payload fork(const std::string& session,
               std::int64_t checkpoint = 0,
               const std::string& request = "");
  Payload retry(const std::string& study, const std::string& request = "");
  // Of the version in force unless another one is named.
  Payload edit(const idl::StudySpec& spec,
               const std::string& request = "",
               std::int64_t version = 0,
               bool dry_run = false);
  Payload ask(const std::string& study, int count, const std::string& request = "");
  Payload tell(const std::string& study, std::int64_t number, std::optional<double> value);
  Payload tell(const std::string& study, std::int64_t number, const idl::Outcome& outcome);
  Payload register_runner(const std::string& token, const std::string& handle = "runner");
  Payload report(const std::string& token, const std::vector<idl::Measurement>& measurements);
  Payload report_batch(const std::string& token, const idl::ReportBatch& batch);
  Payload finish(const std::string& token, const idl::ExitReport& exit);
  // Registers, reports the loss (or these metrics) once and ends well.
  void complete(const std::string& token, double loss);
  void complete(const std::string& token, const std::map<std::string, double>& metrics);
  void find(const std::string& token,
            executor::Presence presence,
            std::optional<idl::ExitReport> exit = std::nullopt);

  // From now on suggestions are asked for but not computed; `release` computes them all.
  void hold_suggestions() { holding_ = true; }
  void release_suggestions();
  CallId ask_without_waiting(const std::string& study);
  std::optional<Payload> reply_to(CallId call) const;

  // Launches since the last call.
  std::vector<executor::LaunchRequest> take_launches() { return std::exchange(launches_, {}); }
  // The one launch since the last call.
  std::string take_token();
  std::vector<std::string> take_cancelled() { return std::exchange(cancelled_, {}); }
  int take_sweeps() { return std::exchange(sweeps_, 0); }
  std::vector<std::string> take_searched() { return std::exchange(searched_, {}); }

  idl::Study study(const std::string& name);
  idl::Trial trial(const std::string& study, std::int64_t number);
  // Of a plain session's or a trial's only session.
  std::vector<idl::Attempt> attempts(std::int64_t session_id);
  idl::Session session(std::int64_t id);
  storage::Storage& storage() { return *storage_; }
  Core& core() { return *core_; }

 private:
  std::int64_t wall_ms() override { return wall_ms_; }
  std::int64_t monotonic_ms() override { return monotonic_ms_; }
  std::string token() override;
  std::int64_t seed() override { return 4711; }

  void carry_out(std::vector<Effect> effects);
  void compute(const ComputeSuggestion& request);
  Payload answer(CallId call, Event event);
  Caller caller(const std::string& request, const std::string& body);

  Settings settings_;
  executor::Capabilities capabilities_;
  std::shared_ptr<storage::Connection> connection_;  // outlives restarts; null with a given store
  std::unique_ptr<storage::Storage> storage_;
  std::unique_ptr<Core> core_;
  std::int64_t wall_ms_ = 1'800'000'000'000;
  std::int64_t monotonic_ms_ = 5'000;
  std::uint64_t tokens_ = 0;
  CallId calls_ = 0;
  std::string user_ = "ann";
  std::vector<Event> waiting_;
  bool holding_ = false;
  std::vector<ComputeSuggestion> held_;
  std::vector<std::pair<CallId, Payload>> replies_;
  std::vector<executor::LaunchRequest> launches_;
  std::vector<std::string> cancelled_;
  std::vector<std::string> searched_;
  int sweeps_ = 0;
};

// The refusal in an answer, as "conflict: message"; "" when it is none.
std::string refusal(const Payload& payload);

}  // namespace automl::engine
