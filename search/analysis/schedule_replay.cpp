// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/schedule_replay.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <tuple>

namespace automl::search {
namespace {

class Replayer {
 public:
  Replayer(const std::vector<RecordedTrial>& trials,
           Scheduler* scheduler,
           const ReplayOptions& options)
      : trials_(trials), scheduler_(scheduler), options_(options), progress_(trials.size()) {}

  ReplayResult run() {
    for (int worker = 0; worker < options_.parallel; ++worker) {
      fill_slot(0, worker);
    }
    while (!agenda_.empty()) {
      const auto [time, worker, trial] = agenda_.top();
      agenda_.pop();
      if (hear(trial)) {
        schedule(time, worker, trial);
      } else {
        fill_slot(time, worker);
      }
    }
    for (const Curve& curve : curves_.curves()) {
      result_.paused += curve.state == TrialState::kPaused ? 1 : 0;
    }
    return result_;
  }

 private:
  struct Progress {
    std::size_t heard = 0;
    std::int64_t highest = 0;
  };
  using Entry = std::tuple<std::int64_t, int, std::size_t>;  // time, worker, index of the trial

  const Report& next_report(std::size_t trial) const {
    return trials_[trial].reports[progress_[trial].heard];
  }

  void fill_slot(std::int64_t time, int worker) {
    if (const auto resumed = scheduler_ ? scheduler_->on_slot_free(curves_) : std::nullopt) {
      curves_.set_state(resumed->trial, TrialState::kRunning);
      return schedule(time, worker, *curves_.index_of(resumed->trial));
    }
    if (started_ < trials_.size()) {
      curves_.start(trials_[started_].trial, trials_[started_].configuration);
      schedule(time, worker, started_++);
    }
  }

  // When the trial's next report comes; one that has none is complete.
  void schedule(std::int64_t time, int worker, std::size_t trial) {
    if (progress_[trial].heard < trials_[trial].reports.size()) {
      const std::int64_t steps =
          std::max<std::int64_t>(0, next_report(trial).step - progress_[trial].highest);
      agenda_.emplace(time + steps, worker, trial);
      return;
    }
    result_.unknown += trials_[trial].cut_short ? 1 : 0;
    curves_.set_state(trials_[trial].trial, TrialState::kComplete);
    fill_slot(time, worker);
  }

  // Whether the trial goes on after its next report.
  bool hear(std::size_t trial) {
    const Report report = next_report(trial);
    Progress& progress = progress_[trial];
    ++progress.heard;
    result_.steps += std::max<std::int64_t>(0, report.step - progress.highest);
    progress.highest = std::max(progress.highest, report.step);
    curves_.report(trials_[trial].trial, report.step, report.value);
    note(trial, report);
    if (options_.last_step && report.step >= *options_.last_step) {
      curves_.set_state(trials_[trial].trial, TrialState::kComplete);
      return false;
    }
    if (scheduler_ == nullptr || trials_[trial].exempt) {
      return true;
    }
    switch (scheduler_->on_measurement(curves_, trials_[trial].trial).action) {
      case Action::kStop:
        ++result_.stopped;
        curves_.set_state(trials_[trial].trial, TrialState::kStopped);
        return false;
      case Action::kPause:
        curves_.set_state(trials_[trial].trial, TrialState::kPaused);
        return false;
      case Action::kExploit:
        ++result_.exploits;
        return true;
      default:
        return true;
    }
  }

  void note(std::size_t trial, const Report& report) {
    if (!std::isfinite(report.value)) {
      return;
    }
    if (!result_.best || report.value < result_.best->value) {
      result_.best = report;
      result_.best_trial = trials_[trial].trial;
    }
    if (!result_.steps_to_target && report.value <= options_.target) {
      result_.steps_to_target = result_.steps;
    }
  }

  const std::vector<RecordedTrial>& trials_;
  Scheduler* scheduler_;
  const ReplayOptions& options_;
  std::vector<Progress> progress_;
  TrialCurves curves_;
  std::size_t started_ = 0;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> agenda_;
  ReplayResult result_;
};

}  // namespace

ReplayResult replay(const std::vector<RecordedTrial>& trials,
                    Scheduler* scheduler,
                    const ReplayOptions& options) {
  return Replayer(trials, scheduler, options).run();
}

}  // namespace automl::search
