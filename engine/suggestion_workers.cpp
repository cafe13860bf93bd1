// SPDX-License-Identifier: Apache-2.0
#include "engine/suggestion_workers.hpp"

#include <exception>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

#include "engine/study_search.hpp"

#include "search/samplers/random.hpp"

namespace automl::engine {

namespace {

// A study goes on when its sampler fails: with random draws, and their reason says why.
std::vector<search::Suggestion> suggest(const ComputeSuggestion& computation,
                                        std::chrono::milliseconds deadline) {
  using Steady = std::chrono::steady_clock;
  StudySearch& search = *computation.search;
  const search::Request request{
      .history = search.learned(),
      .pending = search.pending,
      .index = static_cast<std::uint64_t>(computation.proposal),
      .seed = search.seed,
      .count = computation.count,
      .expired = [end = Steady::now() + deadline] { return Steady::now() >= end; }};
  std::string failure;
  try {
    return search.sampler->suggest(request);
  } catch (const std::exception& error) {
    failure = error.what();
  }
  spdlog::error("the sampler failed at proposal {}: {}", computation.proposal, failure);
  std::vector<search::Suggestion> drawn = search::RandomSampler(search.space).suggest(request);
  for (search::Suggestion& suggestion : drawn) {
    suggestion.reason += " (the sampler failed: " + failure + ")";
  }
  return drawn;
}

}  // namespace

SuggestionWorkers::SuggestionWorkers(int threads,
                                     std::chrono::milliseconds deadline,
                                     std::function<void(Event)> post)
    : deadline_(deadline), post_(std::move(post)) {
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
    post_(Suggested{request.ticket, suggest(request, deadline_)});
  }
}

}  // namespace automl::engine
