// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/effect.hpp"
#include "engine/event.hpp"

namespace automl::engine {

// An event with the caller that waits for its reply, if any.
struct WaitingEvent {
  Event event;
  std::optional<std::promise<Payload>> reply;
};

// What happened and has not been handled. Any thread adds, the event loop takes.
class EventQueue {
 public:
  // False, and nothing is added, once the queue is closed. Then `waiting` keeps its promise.
  bool add(WaitingEvent& waiting);

  // At most `limit` events in the order of arrival. Waits until there is one, the queue is closed
  // or `timeout` has passed.
  std::vector<WaitingEvent> take(std::size_t limit, std::chrono::milliseconds timeout);

  void close();
  // False, and nothing is changed, when there is something to take.
  bool close_if_empty();
  bool closed() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<WaitingEvent> waiting_;
  bool sleeping_ = false;
  bool closed_ = false;
};

}  // namespace automl::engine
