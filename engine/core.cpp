// SPDX-License-Identifier: Apache-2.0
#include "engine/core.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "engine/planted_bug.hpp"
#include "engine/study_manager.hpp"

#include "storage/errors.hpp"

namespace automl::engine {

namespace {

constexpr std::int64_t kRetryMs = 1'000;

CallId call_of(const Event& event) {
  return std::visit(
      [](const auto& content) -> CallId {
        if constexpr (requires { content.caller; }) {
          return content.caller.call;
        } else if constexpr (requires { content.call; }) {
          return content.call;
        } else {
          return 0;
        }
      },
      event);
}

}  // namespace

Core::Core(storage::Storage& storage,
           executor::Capabilities capabilities,
           Clock& clock,
           Random& random,
           Settings settings)
    : storage_(storage),
      capabilities_(std::move(capabilities)),
      clock_(clock),
      random_(random),
      settings_(std::move(settings)) {
  storage_.claim_epoch();
}

Core::~Core() = default;

std::vector<Effect> Core::start() {
  try {
    return rebuild();
  } catch (const storage::Unavailable& error) {
    fail(error.what());
    return {};
  }
}

std::vector<Effect> Core::rebuild() {
  manager_.reset();
  auto manager = std::make_unique<StudyManager>(
      storage_, capabilities_, clock_, random_, settings_, next_ticket_);
  std::vector<Effect> effects;
  storage_.begin();
  manager->recover(effects);
  if (!nodes_.empty()) {
    manager->step(CapacityRead{nodes_}, effects);
  }
  manager->finish_turn(effects);
  storage_.commit();
  manager_ = std::move(manager);
  trouble_.clear();
  return effects;
}

void Core::fail(const std::string& why) {
  storage_.rollback();
  if (manager_) {
    for (const auto& [id, study] : manager_->state().studies) {
      for (const WaitingAsk& waiting : study.asks) {
        abandoned_.push_back(waiting.caller.call);
      }
    }
    // Answers to the old questions are still to come: no new one may have their name.
    if (!planted(PlantedBug::kTicketsRestart)) {
      next_ticket_ = manager_->state().next_ticket;
    }
  }
  manager_.reset();
  trouble_ = why;
  retry_at_ms_ = clock_.monotonic_ms() + kRetryMs;
}

void Core::take(const std::vector<Event>& events, std::vector<Effect>& effects) {
  storage_.begin();
  for (const Event& event : events) {
    manager_->step(event, effects);
  }
  manager_->finish_turn(effects);
  storage_.commit();
}

std::vector<Effect> Core::turn(std::vector<Event> events) {
  std::vector<Effect> effects;
  for (const Event& event : events) {
    if (const auto* capacity = std::get_if<CapacityRead>(&event)) {
      nodes_ = capacity->nodes;
    }
  }
  try {
    if (!manager_) {
      effects = rebuild();
    }
    take(events, effects);
    return effects;
  } catch (const storage::Unavailable& error) {
    if (planted(PlantedBug::kBlindCommitRetry) && manager_) {
      storage_.rollback();
      effects.clear();
      take(events, effects);
      return effects;
    }
    fail(error.what());
    if (planted(PlantedBug::kReplyBeforeCommit) && !effects.empty()) {
      return effects;
    }
  } catch (const storage::Conflict& error) {
    // What is in memory no longer matches the store: drop it and read again.
    fail(error.what());
  }
  // Effects of a rebuild are not lost: the next rebuild asks for them again.
  effects.clear();
  for (const Event& event : events) {
    abandoned_.push_back(call_of(event));
  }
  std::sort(abandoned_.begin(), abandoned_.end());
  abandoned_.erase(std::unique(abandoned_.begin(), abandoned_.end()), abandoned_.end());
  for (const CallId call : abandoned_) {
    if (call != 0) {
      effects.emplace_back(reply_with(call, Refusal{Refusal::Kind::kUnavailable, trouble_}));
    }
  }
  abandoned_.clear();
  return effects;
}

std::int64_t Core::deadline() const { return manager_ ? manager_->deadline() : retry_at_ms_; }

bool Core::idle() const {
  if (!manager_ || !manager_->state().sessions.empty()) {
    return false;
  }
  const auto& studies = manager_->state().studies;
  return std::none_of(studies.begin(), studies.end(), [](const auto& entry) {
    return entry.second.record.state == idl::StudyState::RUNNING && !entry.second.external();
  });
}

}  // namespace automl::engine
