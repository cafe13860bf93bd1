// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "RunnerGate.h"

namespace apache::thrift::server {
class TServer;
}

namespace automl::executor::testing {

// What an engine would know of one attempt: everything that its runner has told it.
struct GateRecord {
  int registrations = 0;
  int reports = 0;
  int finishes = 0;
  std::vector<idl::Measurement> measurements;  // each sequence once
  int repeated = 0;                            // measurements that came again
  bool in_order = true;                        // no sequence left out
  std::string log;
  std::vector<idl::ExitReport> exits;
  std::vector<std::string> handles;
  std::int64_t most_memory_bytes = 0;
  std::vector<idl::Checkpoint> checkpoints;
  std::vector<idl::Checkpoint> starts;
  std::map<std::string, idl::Value> used;  // the last value of each parameter
};

// An engine's side of a runner: RunnerGate on a Unix socket, with faults. Thread safe.
class FakeGate {
 public:
  explicit FakeGate(std::string socket);
  ~FakeGate();

  // Present or away; starts away.
  void start();
  void stop();

  GateRecord record() const;
  // Waits until the record satisfies it; false after 20 s.
  bool wait_for(const std::function<bool(const GateRecord&)>& wanted) const;

  void set_order(idl::RunnerOrder order);
  void set_verdict(idl::VerdictAction::type action, const std::string& reason, bool kill);
  // The next calls are carried out, but their reply is lost with the connection.
  void lose_replies(int count) { replies_to_lose_ = count; }
  // Every call is refused as superseded.
  void supersede() { superseded_ = true; }
  // Every call is refused as unavailable.
  void set_unavailable(bool unavailable) { unavailable_ = unavailable; }

 private:
  class Handler;
  class HandlerFactory;
  class Serving;
  friend class Handler;

  std::string socket_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  GateRecord record_;
  idl::RunnerOrder order_;
  idl::Verdict verdict_;
  std::atomic<int> replies_to_lose_ = 0;
  std::atomic<bool> superseded_ = false;
  std::atomic<bool> unavailable_ = false;
  std::shared_ptr<apache::thrift::server::TServer> server_;
  std::thread thread_;
};

}  // namespace automl::executor::testing
