// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule.hpp"

#include <cmath>
#include <stdexcept>

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
      constrained_(!spec.constraints.empty()) {}

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
  if (exempt_.count(event.trial) != 0) {
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
    pending_[event.trial] = event;
  }
}

idl::ScheduleEvent Schedule::happened(idl::ScheduleEvent event) {
  event.position = events_ + 1;
  take_up(event);
  return event;
}

void Schedule::take_up(const idl::ScheduleEvent& event) {
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
    curves_.start(event.trial, configuration_in(event));
    if (event.exempt) {
      exempt_[event.trial] = true;
    }
  } else if (event.kind == Kind::EXPLOIT) {
    const std::int64_t decided = decision ? decision.mapped().position : event.position;
    curves_.exploit(event.trial,
                    {event.donor, event.donor_step},
                    configuration_in(event),
                    static_cast<std::size_t>(decided - 1));
  } else {
    curves_.set_state(event.trial, state_after(event.kind));
  }
}

const idl::ScheduleEvent* Schedule::pending(std::int64_t trial) const {
  const auto found = pending_.find(trial);
  return found == pending_.end() ? nullptr : &found->second;
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
