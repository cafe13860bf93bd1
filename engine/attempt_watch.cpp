// SPDX-License-Identifier: Apache-2.0
#include "engine/attempt_watch.hpp"

#include <algorithm>
#include <limits>

#include "engine/planted_bug.hpp"
#include "engine/settlement.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
// After all that the runner does by itself, before the executor is asked to use force.
constexpr std::int64_t kStopMarginMs = 15'000;
// A runner may be keeping what its program has saved.
constexpr std::int64_t kSavingMs = 120'000;
// The difference of the clocks when a simulation starts; for a planted bug.
constexpr std::int64_t kSimulatedStartMs = 1'800'000'000'000;
// Between two questions to the executor about the same silent attempt.
constexpr std::int64_t kAskAgainMs = 10'000;

void ask_executor(Turn& turn, SessionEntry& session) {
  if (!session.finding) {
    session.finding = true;
    turn.effects.emplace_back(FindAttempt{session.attempt->token});
  }
}

void cancel(Turn& turn, SessionEntry& session) {
  if (!session.cancelled) {
    session.cancelled = true;
    turn.effects.emplace_back(CancelAttempt{session.attempt->token});
  }
  ask_executor(turn, session);
}

std::int64_t silence_limit_ms(const SessionEntry& session, const Settings& settings) {
  return session.attempt->state == idl::AttemptState::LAUNCHING ? settings.launch_timeout_ms
                                                                : settings.lease_ms;
}

std::int64_t force_at_ms(const SessionEntry& session, const Settings& settings) {
  if (session.stop_asked_ms == 0) {
    return kNever;
  }
  // SIGTERM, grace, SIGKILL; a pause lets the program end by itself before that.
  const idl::Attempt& attempt = *session.attempt;
  const std::int64_t graces = attempt.stop_by_force ? 0 : attempt.pause ? 2 : 1;
  const std::int64_t saving_ms = attempt.pause ? kSavingMs : 0;
  return session.stop_asked_ms + graces * settings.grace_ms + saving_ms + kStopMarginMs;
}

// Monotonic time of the next thing to do about one open attempt.
std::int64_t due_ms(const SessionEntry& session, const Settings& settings) {
  if (!session.attempt) {
    return session.not_before_ms > 0 ? session.not_before_ms : kNever;
  }
  std::int64_t silent_ms = session.last_contact_ms + silence_limit_ms(session, settings);
  if (session.suspect_since_ms > 0) {
    silent_ms = std::min(session.suspect_since_ms + settings.suspect_cap_ms,
                         session.asked_again_ms + kAskAgainMs);
  }
  return std::min(silent_ms, force_at_ms(session, settings));
}

void become_suspect(Turn& turn, SessionEntry& session, std::int64_t now_ms) {
  session.suspect_since_ms = now_ms;
  if (session.attempt->state == idl::AttemptState::RUNNING) {
    move(*session.attempt, idl::AttemptState::SUSPECT);
    turn.storage.update_attempt(*session.attempt);
  }
}

void watch(Turn& turn, SessionEntry& session, std::int64_t now_ms) {
  if (now_ms >= force_at_ms(session, turn.settings)) {
    session.stop_asked_ms = now_ms;  // again later if even that does not help
    session.cancelled = false;
    session.finding = false;
    return cancel(turn, session);
  }
  if (now_ms < session.last_contact_ms + silence_limit_ms(session, turn.settings)) {
    return;
  }
  if (session.suspect_since_ms == 0) {
    become_suspect(turn, session, now_ms);
    if (planted(PlantedBug::kSuspectIsLost)) {
      return settle_lost(turn, session, "silent");
    }
  }
  if (now_ms >= session.suspect_since_ms + turn.settings.suspect_cap_ms) {
    if (session.cancelled) {
      // Force was used and the executor still cannot tell: the token fences what may be left.
      return settle_lost(turn, session, "silent for too long; given up");
    }
    session.suspect_since_ms = now_ms - turn.settings.suspect_cap_ms + kAskAgainMs;
    session.finding = false;
    return cancel(turn, session);
  }
  if (now_ms >= session.asked_again_ms + kAskAgainMs) {
    session.asked_again_ms = now_ms;
    session.finding = false;
    ask_executor(turn, session);
  }
}

}  // namespace

void watch_attempts(Turn& turn) {
  std::int64_t now_ms = turn.clock.monotonic_ms();
  if (planted(PlantedBug::kWallClockLease)) {
    now_ms = turn.clock.wall_ms() - kSimulatedStartMs;
  }
  std::vector<std::int64_t> due;
  for (auto& [id, session] : turn.state.sessions) {
    if (due_ms(session, turn.settings) > now_ms) {
      continue;
    }
    if (session.attempt) {
      due.push_back(id);
    } else {
      session.not_before_ms = 0;
      turn.state.queue_touched = true;
    }
  }
  for (const std::int64_t id : due) {
    watch(turn, turn.state.sessions.at(id), now_ms);
  }
  for (const auto& [id, study] : turn.state.studies) {
    const std::int64_t wait_until_ms = study.ready.wait_until_ms;
    if ((study.live() && !study.searched() && study.record.spec.budget.time_s > 0) ||
        (wait_until_ms > 0 && wait_until_ms <= now_ms)) {
      turn.state.touched.insert(id);
    }
  }
}

void note_finding(Turn& turn, const executor::Finding& finding) {
  SessionEntry* holder = find_holder(turn.state, finding.token);
  if (holder == nullptr) {
    if (finding.presence == executor::Presence::kRunning) {
      turn.effects.emplace_back(CancelAttempt{finding.token});  // nobody's: it was given up
    }
    return;
  }
  SessionEntry& session = *holder;
  session.finding = false;
  switch (finding.presence) {
    case executor::Presence::kRunning:
      return;
    case executor::Presence::kUnreachable:
      if (planted(PlantedBug::kUnreachableIsGone)) {
        settle_lost(turn, session, "cannot be reached");
      }
      return;
    case executor::Presence::kFinished:
      if (finding.exit && session.attempt->state != idl::AttemptState::LAUNCHING) {
        return settle(turn, session, *finding.exit);
      }
      return settle_lost(turn, session, "ended without a result");
    case executor::Presence::kGone:
      return settle_lost(turn, session, "its runner died or its machine went down");
  }
}

std::int64_t next_deadline(const EngineState& state, Clock& clock, const Settings& settings) {
  std::int64_t next = kNever;
  for (const auto& [id, session] : state.sessions) {
    next = std::min(next, due_ms(session, settings));
  }
  for (const auto& [id, study] : state.studies) {
    if (study.record.state == idl::StudyState::RUNNING && study.ready.wait_until_ms > 0) {
      next = std::min(next, study.ready.wait_until_ms);
    }
    const std::int64_t time_s = study.record.spec.budget.time_s;
    if (study.live() && !study.searched() && time_s > 0) {
      const std::int64_t left_ms = study.record.created_ms + time_s * 1'000 - clock.wall_ms();
      // The wall clock may jump: look at it at least once a minute.
      next = std::min(next, clock.monotonic_ms() + std::clamp<std::int64_t>(left_ms, 0, 60'000));
    }
  }
  return next;
}

}  // namespace automl::engine
