// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/sharing_watch.hpp"

#include <algorithm>

#include "tests/simulation/world.hpp"

namespace automl::simulation {

namespace {

double weight(const Facts& facts, std::int64_t study) {
  return study == 0 ? 1 : std::max(1, facts.studies.at(study).spec.priority);
}

std::int64_t own_places(const Facts& facts, std::int64_t study) {
  return study == 0 ? INT64_MAX : facts.studies.at(study).spec.parallel;
}

void require(bool holds, const std::string& what) {
  if (!holds) {
    throw Violation(what);
  }
}

}  // namespace

SharingWatch::Seen SharingWatch::see(const Facts& facts, std::int64_t now_ms) {
  Seen seen;
  std::map<Group, std::int64_t> queued;
  std::map<Group, std::int64_t> staying;
  for (const auto& [id, session] : facts.sessions) {
    const Group group{session.owner, session.study_id};
    if (session.state == idl::SessionState::QUEUED) {
      ++queued[group];
      ++seen.queued;
    }
    const idl::Attempt* open = session.attempts == 0 ? nullptr : facts.open_attempt(id);
    const AttemptKey key{id, session.attempts};
    if (open == nullptr) {
      const auto asked = asked_ms_.find(key);
      if (asked != asked_ms_.end()) {
        ++given_back_;
        longest_give_back_ms_ = std::max(longest_give_back_ms_, now_ms - asked->second);
        asked_ms_.erase(asked);
      }
      continue;
    }
    ++seen.held[group];
    ++staying[group];
    ++seen.busy;
    seen.launched[group] += known_.emplace(key, true).second ? 1 : 0;
    if (open->stop_reason != idl::StopReason::NONE) {
      ++seen.ending;
      --staying[group];
      if (open->stop_reason == idl::StopReason::PREEMPTED) {
        asked_ms_.emplace(key, now_ms);
      }
    }
  }
  for (const auto& [group, count] : queued) {
    const std::int64_t own = own_places(facts, group.second) - seen.held[group];
    seen.waiting[group] = std::clamp<std::int64_t>(own, 0, count);
  }
  for (const auto& [group, count] : staying) {
    if (group.second != 0) {
      seen.borrowed += std::max<std::int64_t>(0, count - own_places(facts, group.second));
    }
  }
  return seen;
}

// Before its last launch, who took a slot held no more than who waits.
void SharingWatch::check_shares(const Facts& facts, const Seen& seen) {
  std::map<std::string, std::int64_t> owners;
  for (const auto& [group, held] : seen.held) {
    owners[group.first] += held;
  }
  for (const auto& [taker, launched] : seen.launched) {
    for (const auto& [other, waiting] : seen.waiting) {
      if (launched == 0 || waiting == 0 || other == taker) {
        continue;
      }
      if (other.first != taker.first) {
        require(owners[taker.first] - 1 <= owners[other.first],
                taker.first + " takes a slot with " + std::to_string(owners[taker.first] - 1) +
                    " held, " + other.first + " waits with " + std::to_string(owners[other.first]));
        continue;
      }
      const auto held = seen.held.find(other);
      const double others = held == seen.held.end() ? 0 : static_cast<double>(held->second);
      require(static_cast<double>(seen.held.at(taker) - 1) / weight(facts, taker.second) <=
                  others / weight(facts, other.second) + 1e-9,
              "a study takes a slot before one that holds less for its priority");
    }
  }
}

void SharingWatch::check_asked_back(const Seen& seen) {
  std::int64_t waiting = 0;
  for (const auto& [group, count] : seen.waiting) {
    waiting += count;
  }
  require(waiting <= seen.ending || seen.borrowed == 0,
          std::to_string(waiting) + " sessions wait, " + std::to_string(seen.ending) +
              " slots are being freed, and " + std::to_string(seen.borrowed) +
              " borrowed ones are not asked back");
}

// Without a scheduler and a limit of time, nobody else may have ended a trial early.
void SharingWatch::check_ends(const Facts& facts) {
  for (const TrialKey& key : facts.ended_trials) {
    const idl::Trial& trial = facts.trials.at(key);
    require(trial.state != idl::TrialState::PRUNED ||
                !facts.studies.at(key.first).spec.scheduler.name.empty(),
            "trial " + std::to_string(key.first) + "/" + std::to_string(key.second) +
                " gave way and was never revived");
  }
}

void SharingWatch::look(const Facts& facts, std::int64_t now_ms) {
  if (facts.commits == commits_ || facts.touched_sessions.empty()) {
    return;
  }
  commits_ = facts.commits;
  if (waited_) {
    idle_ms_ += static_cast<double>(idle_ * (now_ms - last_ms_));
    waited_ms_ += static_cast<double>(slots_ * (now_ms - last_ms_));
  }
  const Seen seen = see(facts, now_ms);
  last_ms_ = now_ms;
  waited_ = seen.queued > 0;
  idle_ = slots_ - seen.busy;
  most_borrowed_ = std::max(most_borrowed_, seen.borrowed);
  check_shares(facts, seen);
  check_asked_back(seen);
  check_ends(facts);
}

double SharingWatch::idle_share() const { return waited_ms_ > 0 ? idle_ms_ / waited_ms_ : 0; }

}  // namespace automl::simulation
