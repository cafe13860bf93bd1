// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <variant>

#include "engine/effect.hpp"
#include "engine/event.hpp"

#include "executor/executor.hpp"

namespace automl::engine {

// The one thread that uses the executor: carries out launches, cancellations and searches in the
// order given, and between them asks what became of the attempts. Posts LaunchReturned for each
// launch, AttemptFound for each search and for every attempt found not to be running (each state
// once); at the start and once a minute also for those that run, and CapacityRead. What the
// executor throws is logged and answered as "try again" or "cannot be told".
class ExecutorThread {
 public:
  // Reads the capacity first, so that it is known to whatever comes later. `post` is called by this
  // thread and the new one and must be callable until this object is gone, as must
  // `executor` be.
  ExecutorThread(executor::Executor& executor,
                 std::chrono::milliseconds poll,
                 std::function<void(Event)> post);
  // Finishes the call under way; what waits is dropped: the engine's recovery finds it again.
  ~ExecutorThread();
  ExecutorThread(const ExecutorThread&) = delete;
  ExecutorThread& operator=(const ExecutorThread&) = delete;

  using Order = std::variant<Launch, CancelAttempt, FindAttempt>;
  void add(Order order);

 private:
  void work();
  void carry_out(const Launch& order);
  void carry_out(const CancelAttempt& order);
  void carry_out(const FindAttempt& order);
  void poll(bool running_too);
  void read_capacity();

  executor::Executor& executor_;
  const std::chrono::milliseconds poll_;
  std::function<void(Event)> post_;
  std::map<std::string, executor::Presence> posted_;  // by token, unless running
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Order> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses what is above
};

}  // namespace automl::engine
