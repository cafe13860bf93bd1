// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/core.hpp"
#include "engine/doors.hpp"
#include "engine/event_queue.hpp"
#include "engine/executor_thread.hpp"
#include "engine/log_files.hpp"
#include "engine/suggestion_workers.hpp"

#include "executor/executor.hpp"

namespace automl::engine {

struct LoopOptions {
  std::chrono::milliseconds poll{500};     // between two looks at the executor's attempts
  std::chrono::milliseconds idle_exit{0};  // without open work and calls; 0: never ends by itself
  int suggestion_threads = 1;
  std::chrono::milliseconds suggestion_deadline = std::chrono::seconds(20);
  std::size_t turn_limit = 4096;  // events handled in one turn, that is, in one transaction
};

// How much the loop has done; for figures and tests.
struct LoopCounts {
  std::uint64_t turns = 0;
  std::uint64_t events = 0;
};

// Connects the core with the world: takes what is waiting, lets the core handle it in one turn, and
// carries out the effects. So everybody who waited during one commit shares the next one.
//
// Logs are written before the replies of their turn go out. When that fails, the runners that were
// about to get an acknowledgement get Unavailable instead and send again.
class EventLoop {
 public:
  enum class End { kStopped, kIdle };

  // All references must outlive the loop. Starts the executor's and the suggestions' threads.
  EventLoop(Core& core,
            executor::Executor& executor,
            Clock& clock,
            const LogFiles& logs,
            LoopOptions options);
  // Whoever still waits gets Unavailable.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // What SweepArtifacts calls; before `run`.
  void on_sweep(std::function<void()> sweep) { sweep_ = std::move(sweep); }

  // Makes every decision on the calling thread until `stop` or idleness. Once. Throws what
  // Core::turn throws (the engine must end); all callers have got Unavailable by then. `started` is
  // called once the core has recovered.
  End run(const std::function<void()>& started = [] {});

  // From any thread; not from a signal handler.
  void stop();

  // Hands in an event nobody waits for; any thread.
  void post(Event event);
  // Hands in an event and gives it a CallId; any thread. Once the loop has stopped: Unavailable.
  std::future<Payload> call(Event event);

  // Core::trouble as of the last turn; any thread.
  std::string trouble() const;
  LoopCounts counts() const;

 private:
  std::vector<Event> accept(std::vector<WaitingEvent> taken);
  void carry_out(std::vector<Effect> effects);
  bool write_logs(const std::vector<Effect>& effects);
  void answer(CallId call, const Payload& payload);
  void refuse_all(const std::string& why);
  std::chrono::milliseconds time_to_wait() const;
  bool idle_for_long();
  void publish_trouble();

  Core& core_;
  Clock& clock_;
  const LogFiles& logs_;
  const LoopOptions options_;
  std::function<void()> sweep_ = [] {};
  EventQueue queue_;
  std::atomic<CallId> last_call_{0};
  std::unordered_map<CallId, std::promise<Payload>> callers_;  // by the loop's thread only
  std::int64_t busy_ms_ = 0;                                   // monotonic: last seen not idle
  bool was_idle_ = true;
  mutable std::mutex trouble_mutex_;
  std::string trouble_;
  std::atomic<std::uint64_t> turns_{0};
  std::atomic<std::uint64_t> events_{0};
  SuggestionWorkers workers_;
  ExecutorThread executor_thread_;
};

}  // namespace automl::engine
