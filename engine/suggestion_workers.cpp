// SPDX-License-Identifier: Apache-2.0
#include "engine/suggestion_workers.hpp"

#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "engine/space_binding.hpp"

#include "search/sampler.hpp"

namespace automl::engine {

namespace {

std::vector<search::Suggestion> suggest(const ComputeSuggestion& request) {
  StudySearch& search = *request.search;
  try {
    return search.sampler->suggest({.history = search.history,
                                    .pending = search.pending,
                                    .index = static_cast<std::uint64_t>(request.proposal),
                                    .seed = search.seed,
                                    .count = request.count});
  } catch (const std::exception& error) {
    spdlog::error("no suggestion for proposal {}: {}", request.proposal, error.what());
    return {};
  }
}

}  // namespace

SuggestionWorkers::SuggestionWorkers(int threads, std::function<void(Event)> post)
    : post_(std::move(post)) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

SuggestionWorkers::~SuggestionWorkers() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void SuggestionWorkers::add(ComputeSuggestion request) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(request));
  }
  changed_.notify_one();
}

void SuggestionWorkers::work() {
  for (;;) {
    ComputeSuggestion request;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) {
        return;
      }
      request = std::move(waiting_.front());
      waiting_.pop_front();
    }
    post_(Suggested{request.ticket, suggest(request)});
  }
}

}  // namespace automl::engine
