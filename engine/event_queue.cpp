// SPDX-License-Identifier: Apache-2.0
#include "engine/event_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace automl::engine {

bool EventQueue::add(WaitingEvent& waiting) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) {
      return false;
    }
    waiting_.push_back(std::move(waiting));
    wake = std::exchange(sleeping_, false);
  }
  if (wake) {
    changed_.notify_one();
  }
  return true;
}

std::vector<WaitingEvent> EventQueue::take(std::size_t limit, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (waiting_.empty() && !closed_ && timeout.count() > 0) {
    sleeping_ = true;
    changed_.wait_for(lock, timeout, [this] { return !waiting_.empty() || closed_; });
    sleeping_ = false;
  }
  const auto count = static_cast<std::ptrdiff_t>(std::min(limit, waiting_.size()));
  const auto end = waiting_.begin() + count;
  std::vector<WaitingEvent> taken(std::make_move_iterator(waiting_.begin()),
                                  std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

void EventQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

bool EventQueue::close_if_empty() {
  const std::lock_guard lock(mutex_);
  if (!waiting_.empty()) {
    return false;
  }
  closed_ = true;
  return true;
}

bool EventQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace automl::engine
