// SPDX-License-Identifier: Apache-2.0
#include "engine/retrying.hpp"

#include <algorithm>
#include <vector>

#include "engine/enqueued.hpp"
#include "engine/study_view.hpp"
#include "engine/submission.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

// In the order in which they failed, without those that were retried.
std::vector<idl::Trial> failed_trials(Turn& turn, const StudyEntry& study) {
  std::vector<idl::Trial> failed = turn.storage.load_trials(study.record.id, 0, 0);
  std::erase_if(failed, [](const idl::Trial& trial) {
    return trial.state != idl::TrialState::FAILED || trial.__isset.repeat_of;
  });
  std::sort(failed.begin(), failed.end(), [](const idl::Trial& a, const idl::Trial& b) {
    return a.finish_order < b.finish_order;
  });
  const auto before =
      std::min<std::size_t>(failed.size(), static_cast<std::size_t>(study.record.retried));
  failed.erase(failed.begin(), failed.begin() + static_cast<std::ptrdiff_t>(before));
  return failed;
}

std::string objection(const Turn& turn, const StudyEntry& study, std::size_t failed) {
  if (failed == 0) {
    return study.record.retried == 0 ? "no trial has failed"
                                     : "no trial has failed since the last retry";
  }
  if (study.searched()) {
    return "its search is over: " + study.record.repetition.search_ended;
  }
  const std::int64_t time_s = study.record.spec.budget.time_s;
  if (time_s > 0 && turn.clock.wall_ms() >= study.record.created_ms + time_s * 1'000) {
    return "its time budget is used";
  }
  return study.record.enqueued.size() + failed > kMostEnqueued
             ? "more than 1000 configurations would be enqueued"
             : "";
}

void go_on(StudyEntry& study) {
  study.record.forgiven_failures = study.counts[idl::TrialState::FAILED];
  study.failure_messages.clear();
  if (!study.live()) {
    move(study.record, idl::StudyState::RUNNING);
    study.record.reason.clear();
    study.record.ended_ms = 0;
  }
}

}  // namespace

void retry_failed(Turn& turn, const FailedRetried& event) {
  const CallId call = event.caller.call;
  StudyEntry* study = study_to_change(turn, event.caller, event.study);
  if (study == nullptr) {
    return;
  }
  const std::vector<idl::Trial> failed = failed_trials(turn, *study);
  if (const std::string why = objection(turn, *study, failed.size()); !why.empty()) {
    return turn.refuse(call,
                       Refusal::Kind::kConflict,
                       "study \"" + event.study + "\" has nothing to retry: " + why);
  }
  for (const idl::Trial& trial : failed) {
    study->record.enqueued.push_back(trial.configuration);
  }
  study->record.retried += static_cast<std::int64_t>(failed.size());
  go_on(*study);
  turn.storage.update_study(study->record);
  ++study->version;
  turn.state.touched.insert(study->record.id);
  turn.state.queue_touched = true;
  remember(turn, event.caller, "retried");
  turn.reply(call, study_view(*study, turn.clock));
}

}  // namespace automl::engine
