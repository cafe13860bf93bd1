// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "records_types.h"
#include "service_types.h"

#include "executor/runner/session_log.hpp"
#include "executor/runner/spool.hpp"
#include "idl/connection.hpp"

namespace automl::executor {

// The runner's line to its engine. Measurements go to the spool first and are forwarded, with the
// log and a heartbeat, by a thread of its own until the engine has stored them; while the engine is
// away it keeps trying, and nothing here blocks the user's program. Thread safe.
class ReportForwarder {
 public:
  ReportForwarder(idl::Endpoint engine, std::string token, idl::RunnerIdentity identity);
  ~ReportForwarder();

  // The order for this attempt, waiting for the engine up to `patience`. Unset: superseded or never
  // reached, and the command must not run.
  std::optional<idl::RunnerOrder> register_runner(std::chrono::seconds patience);

  // From here on reports are forwarded. Measurements already in the spool (of a runner that died)
  // at or below `acknowledged` are left out.
  void start(Spool* spool,
             const SessionLog* log,
             std::deque<idl::Measurement> waiting,
             std::int64_t acknowledged,
             std::chrono::duration<double> heartbeat);

  void add(std::map<std::string, double> metrics, std::optional<std::int64_t> step);
  void set_usage(std::int64_t memory_bytes, double cpu_percent);
  void log_grew();

  idl::Verdict verdict() const;
  bool superseded() const { return superseded_; }
  std::int64_t last_sequence() const;
  // Readable when the verdict is no longer to proceed, or the attempt was superseded.
  int wake_fd() const { return wake_fd_; }

  // Forwards all that is left, then the result; true once the engine has it (or has moved on).
  bool finish(const idl::ExitReport& exit, std::chrono::seconds patience);

 private:
  void run();
  bool everything_sent() const;
  idl::ReportBatch next_batch(std::unique_lock<std::mutex>& lock);
  void take_reply(const idl::ReportReply& reply, std::size_t log_bytes);
  // Calls with a fresh connection where needed; false: not reached this time.
  template <class Call>
  bool attempt_call(Call call);
  void mark_superseded();

  idl::Endpoint engine_;
  std::string token_;
  idl::RunnerIdentity identity_;
  std::unique_ptr<idl::Connection> connection_;
  int wake_fd_;
  std::atomic<bool> superseded_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Spool* spool_ = nullptr;
  const SessionLog* log_ = nullptr;
  std::deque<idl::Measurement> waiting_;
  std::int64_t last_sequence_ = 0;
  std::int64_t last_step_ = -1;
  std::int64_t log_sent_ = 0;
  std::int64_t memory_bytes_ = 0;
  double cpu_percent_ = 0;
  idl::Verdict verdict_;
  std::chrono::duration<double> heartbeat_{1};
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace automl::executor
