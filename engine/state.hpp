// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/planted_bug.hpp"
#include "engine/ranking.hpp"
#include "engine/schedule.hpp"
#include "engine/space_versions.hpp"
#include "engine/study_search.hpp"
#include "engine/trial_result.hpp"
#include "service_types.h"

namespace automl::engine {

// What the engine keeps in memory. All of it can be rebuilt from the store (recovery.cpp).

struct SessionEntry {
  idl::Session record;
  std::optional<idl::Attempt> attempt;       // the open one
  std::vector<idl::Checkpoint> checkpoints;  // kept ones, by number
  ResultTrace trace;
  // Monotonic milliseconds.
  std::int64_t last_contact_ms = 0;   // registration, report, or launch
  std::int64_t suspect_since_ms = 0;  // 0: not suspected
  std::int64_t asked_again_ms = 0;    // the executor, about a suspect
  std::int64_t stop_asked_ms = 0;     // 0: not asked
  std::int64_t not_before_ms = 0;     // back-off after a failed launch
  std::int64_t queued_ms = 0;         // wall clock; 0: since it was created
  bool finding = false;               // FindAttempt is out
  bool cancelled = false;             // CancelAttempt is out
  // For people.
  std::int64_t latest_step = 0;
  std::map<std::string, double> latest_metrics;
  std::int64_t memory_bytes = 0;
  double cpu_percent = 0;
};

// What is kept of a trial that has ended; the rest is in the store.
struct TrialSummary {
  idl::TrialState::type state = idl::TrialState::WAITING;
  double value = 0;  // of the first objective
  bool baseline = false;
  double violation = 0;
  std::optional<std::int64_t> repeat_of = std::nullopt;  // as in idl::Trial
  std::int32_t repeat = 0;
};
inline TrialSummary summary_of(const idl::Trial& trial) {
  const bool repeats = trial.__isset.repeat_of;
  return {trial.state,
          trial.value,
          trial.baseline,
          trial.violation,
          repeats ? std::optional(trial.repeat_of) : std::nullopt,
          trial.repeat};
}

struct WaitingAsk {
  Caller caller;
  int count = 1;
};

// Suggestions computed ahead of need, for the proposal numbers from `next` on.
struct ReadySuggestions {
  std::deque<search::Suggestion> items;
  std::int64_t next = -1;
  std::int64_t finished = -1;      // StudyEntry::finished when they were asked for
  bool none_left = false;          // the sampler had nothing beyond these
  std::int64_t wait_until_ms = 0;  // monotonic; a slot waits for fresher ones; 0: none waits
};

// What a worker is computing at present.
struct Computation {
  std::uint64_t ticket = 0;  // 0: nothing
  std::int64_t proposal = 0;
  std::int64_t count = 0;
  std::int64_t finished = 0;
  std::int64_t since_ms = 0;  // monotonic
};

struct StudyEntry {
  idl::Study record;
  std::shared_ptr<StudySearch> search;
  SpaceVersions spaces;
  std::unique_ptr<Schedule> schedule;       // null: no scheduler
  std::vector<TrialSummary> trials;         // by number
  std::int64_t repeats = 0;                 // the last so many of them repeat others
  std::map<std::int64_t, idl::Trial> open;  // waiting, running and paused ones
  std::set<std::int64_t> paused;            // of these
  std::set<std::int64_t> to_resume;         // of these: users want them to go on
  std::int64_t lent = 0;                    // places beyond `parallel` that it may fill now
  std::map<std::int64_t, search::Configuration> pending;  // of open trials, by number
  Ranking ranking;                   // of complete trials
  std::vector<double> best_history;  // the first objective's, after each complete trial
  std::map<idl::TrialState::type, std::int64_t> counts;
  std::int64_t finished = 0;             // last finish_order
  std::int64_t finished_since_best = 0;  // complete trials since one took the lead
  double finished_duration_ms = 0;       // summed over complete and pruned trials
  std::int64_t finished_timed = 0;       // how many these are
  Computation computing;
  ReadySuggestions ready;
  std::int64_t suggestion_ms = 0;                      // what the last computation took
  bool exhausted = false;                              // the sampler has nothing left
  std::vector<search::Observation> late_observations;  // ended while `search` was lent out
  std::vector<WaitingAsk> asks;
  std::map<std::string, std::int64_t> failure_messages;
  std::int64_t version = 1;

  // Those that hold one of the study's places.
  std::int64_t live_trials() const {
    const std::size_t places = planted(PlantedBug::kPausedHoldsItsPlace) ? 0 : paused.size();
    return static_cast<std::int64_t>(open.size() - places);
  }
  std::int64_t places() const { return record.spec.parallel + lent; }
  // A trial left its place: if that was a lent one, it is not the study's to fill again.
  void leave_place() {
    lent = std::clamp<std::int64_t>(live_trials() - record.spec.parallel, 0, lent);
  }
  // Nothing is proposed any more; what runs are the search's last trials or repeats.
  bool searched() const { return record.__isset.repetition; }
  bool external() const { return record.spec.command.empty(); }
  bool live() const {
    return record.state == idl::StudyState::RUNNING || record.state == idl::StudyState::PAUSED;
  }
};

struct EngineState {
  std::map<std::int64_t, StudyEntry> studies;
  std::map<std::string, std::int64_t> study_by_name;  // OWNER/NAME
  std::map<std::int64_t, SessionEntry> sessions;      // open ones
  std::unordered_map<std::string, std::int64_t> session_by_token;
  std::unordered_map<std::uint64_t, std::int64_t> study_by_ticket;
  std::unordered_set<std::string> finished_tokens;  // recently: a repeated `finish` is fine
  std::vector<idl::Node> nodes;
  std::set<std::int64_t> touched;  // studies to advance at the turn's end
  bool queue_touched = false;
  std::uint64_t next_ticket = 1;
  std::int64_t started_wall_ms = 0;
  // Replies carry the time for which engines have worked on this store, whatever the wall clock
  // did: monotonic milliseconds plus this.
  std::int64_t reply_clock_offset_ms = 0;
  std::int64_t forget_at_ms = 0;  // monotonic
};

}  // namespace automl::engine
