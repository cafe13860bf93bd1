// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/study_search.hpp"
#include "records_types.h"

#include "search/scheduler.hpp"
#include "search/schedulers/stop_and_go.hpp"
#include "search/trial_curves.hpp"

namespace automl::engine {

// What a study with a scheduler, with Stop-and-Go or both keeps for them: the curves of its trials,
// the decisions that are not carried out yet, and who may be revived. All of it follows from the
// stored events, taken up in their order, so a restarted engine decides as the one before would
// have. One thread.
class Schedule {
 public:
  // A trial's checkpoint that an exploit can take over, and its step as the scheduler counts.
  struct Source {
    idl::Checkpoint checkpoint;
    std::int64_t step = 0;
  };
  using FindSource = std::function<std::optional<Source>(const search::Origin&)>;

  // Throws search::OptionError.
  explicit Schedule(const idl::StudySpec& spec);

  // Takes up a report and decides upon it; the event is to be stored. While a decision about a
  // trial is on its way nothing more is decided about it.
  idl::ScheduleEvent report(std::int64_t trial,
                            std::int64_t step,
                            double value,
                            const FindSource& find_source);
  // Anything that has happened: with the next position, to be stored. `begins`: what a trial begins
  // with in the space in force, where the event has it as it was proposed.
  idl::ScheduleEvent happened(idl::ScheduleEvent event,
                              std::optional<search::Configuration> begins = std::nullopt);
  // Takes up a stored event. Throws std::invalid_argument when it does not follow from the others.
  void take_up(const idl::ScheduleEvent& event,
               std::optional<search::Configuration> begins = std::nullopt);

  // Which trial takes a free slot; unset: a new one may.
  std::optional<search::Resume> resume();

  // Stop-and-Go; `unsaved` trials would start from zero again. Of the live ones those beyond
  // `parallel`, the least promising first.
  std::vector<search::Move> to_give_back(const std::vector<std::int64_t>& live,
                                         const std::set<std::int64_t>& unsaved);
  // The most promising trial that gave its slot to others; with `stopped_too`, else of those that
  // were stopped early.
  std::optional<search::Move> to_revive(bool stopped_too, const std::set<std::int64_t>& unsaved);
  // Paused ones that can be revived.
  std::vector<std::int64_t> revivable() const;

  bool knows(std::int64_t trial) const { return curves_.index_of(trial).has_value(); }
  struct Pending {
    idl::ScheduleEvent decision;
    std::size_t known = 0;  // events of curves() there were when it was decided
  };
  // Decisions that are on their way, by trial.
  const std::map<std::int64_t, Pending>& pending() const { return pending_; }
  // Whether what becomes of the trial is to be noted.
  bool concerns(std::int64_t trial) const { return knows(trial) || preempted_.count(trial) != 0; }
  // What is on its way; null: nothing.
  const idl::ScheduleEvent* pending(std::int64_t trial) const;
  const search::TrialCurves& curves() const { return curves_; }
  // What the trial was proposed with, whatever it has taken over since.
  const search::Configuration& proposed(std::int64_t trial) const;
  // What the study's sampler learns from in place of trials that have ended; unset: from these.
  std::optional<search::History> observations() const;

 private:
  void decide(idl::ScheduleEvent& event, const FindSource& find_source) const;
  void plan_burial(idl::ScheduleEvent& event) const;
  search::Pools pools(bool with_stopped) const;
  void move_between_pools(const idl::ScheduleEvent& event);
  void plan_exploit(idl::ScheduleEvent& event,
                    const search::Verdict& verdict,
                    const FindSource& find_source) const;
  void note_decision(const idl::ScheduleEvent& event);
  search::Configuration configuration_in(const idl::ScheduleEvent& event) const;

  std::vector<idl::Parameter> parameters_;
  search::SearchSpace space_;
  search::SearchSpace limits_;                      // the space as wide as an exploit may go
  std::unique_ptr<search::Scheduler> scheduler_;    // null: none, trials run to their end
  std::unique_ptr<search::StopAndGo> stop_and_go_;  // null: the study does without it
  std::optional<std::int64_t> last_step_;
  double sign_ = 1;
  bool constrained_ = false;  // curves know nothing of constraints
  search::TrialCurves curves_;
  std::int64_t events_ = 0;
  std::map<std::int64_t, Pending> pending_;  // by trial
  std::map<std::int64_t, bool> exempt_;      // trials that run to their end
  std::set<std::int64_t> preempted_;
  std::set<std::int64_t> stopped_;  // may be revived; the attempts of some may not have ended yet
  std::int64_t dead_ = 0;
};

// Whether the study has a use for one.
bool needs_schedule(const idl::StudySpec& spec);

// The step that counts: of the report, or what the attempt's latest value of the step metric says.
// Unset: that is no step.
std::optional<std::int64_t> step_of(const idl::Scheduler& scheduler,
                                    const idl::Measurement& measurement,
                                    const std::map<std::string, double>& latest);

}  // namespace automl::engine
