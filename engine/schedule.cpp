// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <stdexcept>

#include "engine/planted_bug.hpp"
#include "engine/space_binding.hpp"

#include "search/schedulers/bohb.hpp"
#include "search/schedulers/partial_observations.hpp"
#include "search/schedulers/perturbation.hpp"

namespace automl::engine {

namespace {

using Kind = idl::ScheduleEventKind;

// Numbers beyond do not count steps one by one any more.
constexpr double kMostSteps = 9007199254740992.0;

search::SearchSpace outer_space(const idl::StudySpec& spec, const search::SearchSpace& space) {
  const auto limits = spec.scheduler.options.find("limits");
  return limits == spec.scheduler.options.end()
             ? space
             : search::widened(space, search::parse_limits(limits->second));
}

search::TrialState state_after(Kind::type kind) {
  switch (kind) {
    case Kind::PAUSE:
      return search::TrialState::kPaused;
    case Kind::PRUNE:
    case Kind::STOP:
      return search::TrialState::kStopped;
    case Kind::COMPLETE:
      return search::TrialState::kComplete;
    case Kind::FAIL:
      return search::TrialState::kFailed;
    default:
      return search::TrialState::kRunning;
  }
}

idl::Decision::type decision_for(search::Action action) {
  switch (action) {
    case search::Action::kPause:
      return idl::Decision::PAUSE;
    case search::Action::kStop:
      return idl::Decision::PRUNE;
    case search::Action::kExploit:
      return idl::Decision::EXPLOIT;
    default:
      return idl::Decision::PROCEED;
  }
}

}  // namespace

Schedule::Schedule(const idl::StudySpec& spec)
    : parameters_(spec.space),
      space_(make_space(spec.space, spec.forbid)),
      limits_(outer_space(spec, space_)),
      scheduler_(make_scheduler(spec, space_)),
      last_step_(last_step(spec)),
      sign_(spec.objectives.at(0).goal == idl::Goal::MAXIMIZE ? -1 : 1),
      constrained_(!spec.constraints.empty()) {
  if (spec.__isset.stop_and_go) {
    stop_and_go_ = std::make_unique<search::StopAndGo>(search::StopAndGoOptions{
        spec.parallel, spec.stop_and_go.max_parallel, spec.stop_and_go.stop_ratio});
  }
}

idl::ScheduleEvent Schedule::report(std::int64_t trial,
                                    std::int64_t step,
                                    double value,
                                    const FindSource& find_source) {
  idl::ScheduleEvent event;
  event.trial = trial;
  event.kind = Kind::REPORT;
  event.step = step;
  event.value = value;
  event.position = ++events_;
  curves_.report(trial, step, sign_ * value);
  decide(event, find_source);
  note_decision(event);
  return event;
}

void Schedule::decide(idl::ScheduleEvent& event, const FindSource& find_source) const {
  if (pending(event.trial) != nullptr) {
    return;
  }
  if (last_step_ && event.step >= *last_step_) {
    event.decision = idl::Decision::COMPLETE;
    event.reason =
        "reached step " + std::to_string(event.step) + " of " + std::to_string(*last_step_);
    return;
  }
  if (scheduler_ == nullptr || exempt_.count(event.trial) != 0) {
    return;
  }
  const search::Verdict verdict = scheduler_->on_measurement(curves_, event.trial);
  event.decision = decision_for(verdict.action);
  if (verdict.action != search::Action::kProceed) {
    event.reason = verdict.reason;
  }
  if (verdict.exploit) {
    plan_exploit(event, verdict, find_source);
  }
  if (event.decision == idl::Decision::PRUNE && stop_and_go_) {
    plan_burial(event);
  }
}

void Schedule::plan_burial(idl::ScheduleEvent& event) const {
  const search::Burial burial = stop_and_go_->bury(curves_, pools(true), event.trial);
  event.kept = burial.may_be_revived;
  event.reason += "; " + burial.reason;
  if (burial.instead_of) {
    event.__set_instead_of(*burial.instead_of);
  }
}

// Whose checkpoint cannot be had stays as it is; the event says whom it would have copied.
void Schedule::plan_exploit(idl::ScheduleEvent& event,
                            const search::Verdict& verdict,
                            const FindSource& find_source) const {
  event.__set_donor(verdict.exploit->origin.trial);
  event.donor_step = verdict.exploit->origin.step;
  event.configuration = to_assignments(parameters_, verdict.exploit->configuration);
  if (const std::optional<Source> source = find_source(verdict.exploit->origin)) {
    event.__set_source(source->checkpoint);
    event.donor_step = source->step;
  } else {
    event.decision = idl::Decision::PROCEED;
    event.reason += "; but that one has saved no checkpoint";
  }
}

void Schedule::note_decision(const idl::ScheduleEvent& event) {
  if (event.decision != idl::Decision::PROCEED) {
    pending_[event.trial] = {event, curves_.events().size()};
  }
  if (event.decision == idl::Decision::PRUNE) {
    dead_ += event.kept && !event.__isset.instead_of ? 0 : 1;
    if (event.kept) {
      stopped_.insert(event.trial);
    }
    if (event.__isset.instead_of) {
      stopped_.erase(event.instead_of);
    }
  }
}

std::optional<search::Resume> Schedule::resume() {
  return scheduler_ ? scheduler_->on_slot_free(curves_) : std::nullopt;
}

search::Pools Schedule::pools(bool with_stopped) const {
  search::Pools pools;
  pools.preempted.assign(preempted_.begin(), preempted_.end());
  if (with_stopped) {
    pools.stopped.assign(stopped_.begin(), stopped_.end());
  }
  pools.dead = dead_;
  return pools;
}

std::vector<search::Move> Schedule::to_give_back(const std::vector<std::int64_t>& live,
                                                 const std::set<std::int64_t>& unsaved) {
  if (!stop_and_go_) {
    return {};
  }
  search::Pools slots;
  slots.live = live;
  slots.unsaved = unsaved;
  return stop_and_go_->balance(curves_, slots, {0, static_cast<int>(live.size())}).pause;
}

std::optional<search::Move> Schedule::to_revive(bool stopped_too,
                                                const std::set<std::int64_t>& unsaved) {
  if (!stop_and_go_) {
    return std::nullopt;
  }
  search::Pools waiting = pools(stopped_too);
  std::erase_if(waiting.stopped, [this](std::int64_t trial) { return pending(trial) != nullptr; });
  waiting.unsaved = unsaved;
  const std::vector<search::Move> moves = stop_and_go_->balance(curves_, waiting, {1, 0}).revive;
  return moves.empty() ? std::nullopt : std::optional(moves.front());
}

std::vector<std::int64_t> Schedule::revivable() const {
  std::vector<std::int64_t> trials(preempted_.begin(), preempted_.end());
  std::copy_if(
      stopped_.begin(), stopped_.end(), std::back_inserter(trials), [this](std::int64_t trial) {
        return pending(trial) == nullptr;
      });
  return trials;
}

idl::ScheduleEvent Schedule::happened(idl::ScheduleEvent event,
                                      std::optional<search::Configuration> begins) {
  event.position = events_ + 1;
  take_up(event, std::move(begins));
  return event;
}

void Schedule::take_up(const idl::ScheduleEvent& event,
                       std::optional<search::Configuration> begins) {
  if (event.position != events_ + 1) {
    throw std::invalid_argument("event " + std::to_string(event.position) + " follows event " +
                                std::to_string(events_) + " of the schedule");
  }
  events_ = event.position;
  if (event.kind == Kind::REPORT) {
    curves_.report(event.trial, event.step, sign_ * event.value);
    return note_decision(event);
  }
  const auto decision = pending_.extract(event.trial);
  if (event.kind == Kind::START) {
    curves_.start(event.trial, begins ? *std::move(begins) : configuration_in(event));
    if (event.exempt) {
      exempt_[event.trial] = true;
    }
  } else if (event.kind == Kind::EXPLOIT) {
    if (!event.__isset.donor) {
      return curves_.start_over(event.trial, configuration_in(event));
    }
    // One that goes on with its own weights had them before it was to take over another's.
    const std::size_t known =
        decision ? decision.mapped().known : curves_.of(event.trial).legs.back().decided;
    curves_.exploit(event.trial, {event.donor, event.donor_step}, configuration_in(event), known);
  } else {
    move_between_pools(event);
  }
}

// The scheduler takes a trial that gave its slot to others for one that runs, and lets one that it
// had stopped and that was revived run to its end.
void Schedule::move_between_pools(const idl::ScheduleEvent& event) {
  if (event.kind == Kind::PREEMPT) {
    if (!planted(PlantedBug::kPreemptedForgotten)) {
      preempted_.insert(event.trial);
    }
    return;
  }
  const bool gave_way = preempted_.erase(event.trial) != 0;
  if (gave_way && (event.kind == Kind::REVIVE || !knows(event.trial))) {
    return;
  }
  curves_.set_state(event.trial, state_after(event.kind));
  if (event.kind == Kind::STOP) {
    return;
  }
  const bool was_kept = stopped_.erase(event.trial) != 0;
  if (event.kind == Kind::REVIVE && was_kept) {
    exempt_[event.trial] = true;
  } else if (event.kind == Kind::PRUNE && was_kept) {
    ++dead_;
  }
}

const idl::ScheduleEvent* Schedule::pending(std::int64_t trial) const {
  const auto found = pending_.find(trial);
  return found == pending_.end() ? nullptr : &found->second.decision;
}

const search::Configuration& Schedule::proposed(std::int64_t trial) const {
  return curves_.of(trial).legs.front().configuration;
}

std::optional<search::History> Schedule::observations() const {
  const std::size_t fewest = space_.size() + 3;
  if (const auto* bohb = dynamic_cast<const search::BohbScheduler*>(scheduler_.get())) {
    return bohb->observations(curves_, fewest).history;
  }
  return constrained_ ? std::nullopt : search::partial_observations(curves_, fewest);
}

search::Configuration Schedule::configuration_in(const idl::ScheduleEvent& event) const {
  return to_configuration(limits_, parameters_, event.configuration);
}

bool needs_schedule(const idl::StudySpec& spec) {
  return !spec.scheduler.name.empty() || spec.__isset.stop_and_go;
}

std::optional<std::int64_t> step_of(const idl::Scheduler& scheduler,
                                    const idl::Measurement& measurement,
                                    const std::map<std::string, double>& latest) {
  const auto counted = latest.find(scheduler.step_metric);
  if (scheduler.step_metric.empty() || counted == latest.end()) {
    return measurement.step;
  }
  if (!(std::abs(counted->second) < kMostSteps)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(counted->second);
}

}  // namespace automl::engine
