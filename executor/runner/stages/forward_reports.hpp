// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "records_types.h"
#include "service_types.h"

#include "executor/runner/session_log.hpp"
#include "executor/runner/spool.hpp"
#include "idl/connection.hpp"

namespace automl::executor {

// The runner's line to its engine. Measurements go to the spool first and are forwarded, with the
// log and a heartbeat, by a thread of its own until the engine has stored them; while the engine is
// away it keeps trying, and nothing here blocks the user's program. Thread safe.
//
// Bounds: beyond a million measurements, or 256 MiB not yet forwarded, further ones are dropped,
// all but the last one; `dropped` counts them.
class ReportForwarder {
 public:
  // `signals` is a signalfd: any but SIGCHLD ends the waiting for an engine that is away.
  ReportForwarder(idl::Endpoint engine,
                  std::string token,
                  idl::RunnerIdentity identity,
                  int signals);
  ~ReportForwarder();

  // The order for this attempt, waiting for the engine up to `patience`. Unset: superseded, never
  // reached or told to end, and the command must not run.
  std::optional<idl::RunnerOrder> register_runner(std::chrono::seconds patience);

  // From here on reports are forwarded. Measurements already in the spool (of a runner that died)
  // at or below `acknowledged` are left out.
  void start(Spool* spool,
             const SessionLog* log,
             std::vector<idl::Measurement> waiting,
             std::int64_t acknowledged,
             std::chrono::duration<double> heartbeat);

  // Numbers and keeps a measurement; without a step it gets the one after the last.
  void add(std::map<std::string, double> metrics, std::optional<std::int64_t> step);
  // Steps are counted on from there.
  void continue_after(std::int64_t step);
  // Of the last measurement; -1: there was none.
  std::int64_t last_step() const;
  // For the engine to record; durable already.
  void add_checkpoint(const idl::Checkpoint& checkpoint);
  // Those that it has not said to have recorded yet, oldest first.
  std::vector<idl::Checkpoint> unrecorded_checkpoints() const;
  // What the attempt started from, where that is not what was ordered; number 0: nothing.
  void set_start(const idl::Checkpoint& checkpoint);
  // Parameters as the program says that they are.
  void add_used(const std::vector<idl::Assignment>& used);
  void set_usage(std::int64_t memory_bytes, double cpu_percent);
  void log_grew();
  // No measurement comes after this: the last one is kept even if those before were dropped.
  void end_measurements();

  idl::Verdict verdict() const;
  bool superseded() const { return superseded_; }
  std::int64_t last_sequence() const;
  std::int64_t dropped() const;
  // Readable when the verdict is no longer to proceed, or the attempt was superseded.
  int wake_fd() const { return wake_fd_; }

  // Ends the thread; without it nothing is forwarded further.
  void stop();
  // Forwards all that is left, then the result; true once the engine has it (or has moved on).
  bool finish(const idl::ExitReport& exit, std::chrono::seconds patience);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Reached { kYes, kNo, kUnknownThere };

  void run();
  bool everything_sent() const;
  void keep(std::map<std::string, double> metrics, std::int64_t step, std::int64_t time_ms);
  idl::ReportBatch next_batch() const;
  void take_reply(const idl::ReportReply& reply, const idl::ReportBatch& batch);
  // Calls with a fresh connection where needed.
  template <class Call>
  Reached attempt_call(Call call);
  // Repeats the call until the engine answers, at most until then; false when it did not.
  template <class Call>
  bool insist(Call call, Clock::time_point until);
  void register_again();
  void wake();
  // Sleeps, but no longer than until a signal comes. True when the runner has been told to end.
  bool pause_or_signal(std::chrono::milliseconds pause);

  idl::Endpoint engine_;
  std::string token_;
  idl::RunnerIdentity identity_;
  int signals_;
  bool told_to_end_ = false;
  std::unique_ptr<idl::Connection> connection_;
  int wake_fd_;
  std::atomic<bool> superseded_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Spool* spool_ = nullptr;
  const SessionLog* log_ = nullptr;
  std::deque<idl::Measurement> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::int64_t last_sequence_ = 0;
  std::int64_t last_step_ = -1;
  std::int64_t dropped_ = 0;
  std::optional<idl::Measurement> last_dropped_;
  std::deque<idl::Checkpoint> checkpoints_;
  std::optional<idl::Checkpoint> start_;
  std::vector<idl::Assignment> used_;
  std::int64_t log_sent_ = 0;
  std::int64_t memory_bytes_ = 0;
  double cpu_percent_ = 0;
  idl::Verdict verdict_;
  std::chrono::duration<double> heartbeat_{1};
  bool finishing_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace automl::executor
