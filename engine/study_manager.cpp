// SPDX-License-Identifier: Apache-2.0
#include "engine/study_manager.hpp"

#include <utility>

#include "engine/ask_tell.hpp"
#include "engine/attempt_watch.hpp"
#include "engine/editing.hpp"
#include "engine/enqueued.hpp"
#include "engine/forking.hpp"
#include "engine/pausing.hpp"
#include "engine/proposals.hpp"
#include "engine/recovery.hpp"
#include "engine/reports.hpp"
#include "engine/retrying.hpp"
#include "engine/session_queue.hpp"
#include "engine/settlement.hpp"
#include "engine/submission.hpp"

namespace automl::engine {

namespace {

// One function an event; this list is the engine's table of contents.
struct Dispatch {
  Turn& turn;
  const StudyManager& manager;

  void operator()(const StudySubmitted& event) const { submit_study(turn, event); }
  void operator()(const StudyChangeRequested& event) const { change_study(turn, event); }
  void operator()(const SessionSubmitted& event) const { submit_session(turn, event); }
  void operator()(const SessionStopRequested& event) const { stop_session(turn, event); }
  void operator()(const SessionChangeRequested& event) const { change_session(turn, event); }
  void operator()(const SessionForked& event) const { fork_session(turn, event); }
  void operator()(const FailedRetried& event) const { retry_failed(turn, event); }
  void operator()(const StudyEdited& event) const { edit_study(turn, event); }
  void operator()(const ConfigurationEnqueued& event) const { enqueue(turn, event); }
  void operator()(const TrialsAsked& event) const { ask(turn, event); }
  void operator()(const TrialTold& event) const { tell(turn, event); }
  void operator()(const Inspected& event) const { turn.reply(event.call, event.read(manager)); }
  void operator()(const RunnerRegistered& event) const { register_runner(turn, event); }
  void operator()(const BatchReported& event) const { record(turn, event); }
  void operator()(const RunnerFinished& event) const { finish(turn, event); }
  void operator()(const Suggested& event) const { accept_suggestions(turn, event); }
  void operator()(const LaunchReturned& event) const { note_launch(turn, event); }
  void operator()(const AttemptFound& event) const { note_finding(turn, event.finding); }
  void operator()(const CapacityRead& event) const { note_capacity(turn, event.nodes); }
  void operator()(const TimerFired&) const { watch_attempts(turn); }
};

}  // namespace

StudyManager::StudyManager(storage::Storage& storage,
                           const executor::Capabilities& executor,
                           Clock& clock,
                           Random& random,
                           const Settings& settings,
                           std::uint64_t next_ticket)
    : storage_(storage), executor_(executor), clock_(clock), random_(random), settings_(settings) {
  state_.next_ticket = next_ticket;
  state_.started_wall_ms = clock.wall_ms();
}

Turn StudyManager::turn(std::vector<Effect>& effects) {
  return Turn{state_, storage_, executor_, clock_, random_, settings_, effects};
}

void StudyManager::recover(std::vector<Effect>& effects) {
  Turn now = turn(effects);
  start_reply_clock(now);
  load_state(now);
  find_open_attempts(now);
}

void StudyManager::step(const Event& event, std::vector<Effect>& effects) {
  Turn now = turn(effects);
  std::visit(Dispatch{now, *this}, event);
}

void StudyManager::finish_turn(std::vector<Effect>& effects) {
  Turn now = turn(effects);
  while (!state_.touched.empty() || state_.queue_touched) {
    while (!state_.touched.empty()) {
      const std::int64_t study = *state_.touched.begin();
      state_.touched.erase(state_.touched.begin());
      advance_study(now, state_.studies.at(study));
    }
    if (std::exchange(state_.queue_touched, false)) {
      launch_what_fits(now);
    }
  }
  forget_old_replies(now);
}

std::int64_t StudyManager::deadline() const { return next_deadline(state_, clock_, settings_); }

}  // namespace automl::engine
