// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/schedule_watch.hpp"

#include <cmath>
#include <optional>
#include <string>

#include "tests/simulation/checkpoint_watch.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

namespace {

using Kind = idl::ScheduleEventKind;
using Decision = idl::Decision;

std::string name_of(const idl::Study& study, std::int64_t trial) {
  return "trial " + study.spec.name + "/" + std::to_string(trial);
}

void require(bool holds, const std::string& what) {
  if (!holds) {
    throw Violation(what);
  }
}

// An edit may leave a trial outside the space; only populations go by configurations, and theirs
// stays as it is.
std::optional<search::Configuration> begins(const idl::Study& study,
                                            const idl::ScheduleEvent& event) {
  return event.kind == Kind::START && study.spec.scheduler.name != "pbt"
             ? std::optional(search::Configuration())
             : std::nullopt;
}

}  // namespace

void ScheduleWatch::check(const Facts& facts) {
  for (const auto& [id, schedule] : facts.schedules) {
    const idl::Study& study = facts.studies.at(id);
    Watched& watched = watched_[id];
    if (watched.file_version != study.file_version) {
      watched.file_version = study.file_version;
      watched.replay = std::make_unique<engine::Schedule>(study.spec);
      for (std::size_t i = 0; i < watched.taken_up; ++i) {
        watched.replay->take_up(schedule[i], begins(study, schedule[i]));
      }
    }
    for (; watched.taken_up < schedule.size(); ++watched.taken_up) {
      take_up(facts, watched, study, schedule[watched.taken_up]);
    }
    check_carried_out(facts, study, watched);
  }
  for (const TrialKey& key : facts.reporting_trials) {
    check_reports(facts, key);
  }
  for (const TrialKey& key : facts.ended_trials) {
    check_pruned(facts, key);
  }
}

void ScheduleWatch::take_up(const Facts& facts,
                            Watched& watched,
                            const idl::Study& study,
                            const idl::ScheduleEvent& event) {
  if (event.kind == Kind::EXPLOIT) {
    check_taken_over(facts, study, watched.replay->pending(event.trial), event);
  }
  if (event.kind != Kind::REPORT) {
    watched.replay->take_up(event, begins(study, event));
    watched.asked.erase(event.trial);
    return;
  }
  ++watched.reports[event.trial];
  if (event.decision == Decision::EXPLOIT) {
    check_source(facts, study.id, event);
  }
  const idl::ScheduleEvent again =
      watched.replay->report(event.trial, event.step, event.value, [&](const search::Origin&) {
        return event.__isset.source
                   ? std::optional(engine::Schedule::Source{event.source, event.donor_step})
                   : std::nullopt;
      });
  require(again.decision == event.decision && again.kept == event.kept &&
              again.instead_of == event.instead_of && again.reason == event.reason &&
              again.position == event.position,
          name_of(study, event.trial) + ": the scheduler decided \"" + event.reason +
              "\", a replay decides \"" + again.reason + "\"");
  if (event.decision != Decision::PROCEED) {
    watched.asked[event.trial] = event.kept ? Decision::PAUSE : event.decision;
    watched.pruned[event.trial] = event.decision == Decision::PRUNE;
  }
}

// Each stored measurement was shown to the scheduler, once.
void ScheduleWatch::check_reports(const Facts& facts, const TrialKey& key) const {
  const auto watched = watched_.find(key.first);
  if (watched == watched_.end()) {
    return;
  }
  const auto shown = watched->second.reports.find(key.second);
  const auto told = facts.reports.find(key);
  const std::size_t stored = told == facts.reports.end() ? 0 : told->second;
  require(shown == watched->second.reports.end() || shown->second == stored,
          name_of(facts.studies.at(key.first), key.second) + ": " + std::to_string(stored) +
              " measurements of the objective are stored, its scheduler knows others");
}

// A decision ends the attempt that it is about, and no other one begins before it has.
void ScheduleWatch::check_carried_out(const Facts& facts,
                                      const idl::Study& study,
                                      const Watched& watched) const {
  for (const auto& [number, decision] : watched.asked) {
    const idl::Trial& trial = facts.trials.at({study.id, number});
    const idl::Attempt* open = facts.open_attempt(trial.session_id);
    require(ended(trial.state) || (open != nullptr && open->stop_reason != idl::StopReason::NONE),
            name_of(study, number) + ": what its scheduler decided is not carried out");
    const bool pauses = decision == Decision::PAUSE || decision == Decision::EXPLOIT;
    require(open == nullptr || !open->pause || pauses || open->stop_reason == idl::StopReason::USER,
            name_of(study, number) + " was to end, and is paused");
  }
}

void ScheduleWatch::check_pruned(const Facts& facts, const TrialKey& key) const {
  const idl::Trial& trial = facts.trials.at(key);
  if (trial.state != idl::TrialState::PRUNED) {
    require(trial.session_id == 0 ||
                facts.sessions.at(trial.session_id).stop_reason != idl::StopReason::PRUNED,
            "trial " + std::to_string(key.first) + "/" + std::to_string(key.second) +
                " was stopped by its scheduler and is not pruned");
    return;
  }
  const auto watched = watched_.find(key.first);
  const bool decided = watched != watched_.end() && watched->second.pruned.count(key.second) != 0 &&
                       watched->second.pruned.at(key.second);
  require(decided || facts.sessions.at(trial.session_id).paused_attempts > 0,
          "trial " + std::to_string(key.first) + "/" + std::to_string(key.second) +
              " is pruned, and nobody has decided that");
}

}  // namespace automl::simulation
