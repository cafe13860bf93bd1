// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/effect.hpp"
#include "engine/event.hpp"

namespace automl::engine {

// Threads that compute suggestions, so that model fitting never holds up decisions. Every request
// is answered by one Suggested, empty when the sampler failed (logged),
// until the pool ends.
class SuggestionWorkers {
 public:
  // `post` is called by the pool's threads and must be callable until the pool is gone. A sampler
  // that has taken longer than `deadline` is asked to be brief.
  SuggestionWorkers(int threads,
                    std::chrono::milliseconds deadline,
                    std::function<void(Event)> post);
  // Waits for the computation under way; what has not begun is dropped.
  ~SuggestionWorkers();
  SuggestionWorkers(const SuggestionWorkers&) = delete;
  SuggestionWorkers& operator=(const SuggestionWorkers&) = delete;

  void add(ComputeSuggestion request);

 private:
  void work();

  const std::chrono::milliseconds deadline_;
  std::function<void(Event)> post_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ComputeSuggestion> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last: they use what is above
};

}  // namespace automl::engine
