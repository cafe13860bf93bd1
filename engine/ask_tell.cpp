// SPDX-License-Identifier: Apache-2.0
#include "engine/ask_tell.hpp"

#include "engine/planted_bug.hpp"
#include "engine/settlement.hpp"
#include "engine/trial_result.hpp"

namespace automl::engine {

namespace {

constexpr int kMostAtOnce = 1'000;

// Whether the trial has ended with this outcome already.
bool ended_so(Turn& turn, const StudyEntry& study, const TrialTold& event) {
  const idl::Trial kept = turn.storage.load_trials(study.record.id, event.number, 1).at(0);
  std::string why;
  const std::optional<TrialResult> told = told_result(study.record.spec, event.outcome, why);
  if (!told) {
    return kept.state == idl::TrialState::FAILED;
  }
  const TrialResult before{kept.values, kept.constraint_values, kept.violation};
  return kept.state == idl::TrialState::COMPLETE && *told == before;
}

}  // namespace

void ask(Turn& turn, const TrialsAsked& event) {
  const CallId call = event.caller.call;
  StudyEntry* study = find_study(turn.state, event.study);
  if (study == nullptr) {
    return turn.refuse(call, Refusal::Kind::kNotFound, "there is no study \"" + event.study + "\"");
  }
  bool refused = false;
  if (const auto stored = replayed(turn, event.caller, refused)) {
    const std::int64_t first = std::stoll(*stored);
    const std::int64_t count = std::stoll(stored->substr(stored->find(' ') + 1));
    return turn.reply(call, turn.storage.load_trials(study->record.id, first, count));
  }
  if (refused) {
    return;
  }
  if (!study->external()) {
    return turn.refuse(
        call,
        Refusal::Kind::kConflict,
        "study \"" + event.study + "\" runs its own command; ask needs a study without one");
  }
  if (event.count < 1 || event.count > kMostAtOnce) {
    return turn.refuse(call, Refusal::Kind::kInvalid, "ask for 1 to 1000 trials at once");
  }
  if (study->record.state != idl::StudyState::RUNNING) {
    return turn.refuse(call,
                       Refusal::Kind::kConflict,
                       "study \"" + event.study + "\" is not running: " + study->record.reason);
  }
  for (WaitingAsk& waiting : study->asks) {
    const Caller& caller = waiting.caller;
    if (!caller.request_id.empty() && caller.request_id == event.caller.request_id &&
        caller.principal == event.caller.principal) {
      if (caller.body_digest != event.caller.body_digest) {
        return turn.refuse(call,
                           Refusal::Kind::kConflict,
                           "request id " + caller.request_id + " is in use for another request");
      }
      turn.refuse(caller.call, Refusal::Kind::kUnavailable, "asked again on another connection");
      waiting.caller.call = call;  // the repeat gets the answer
      return;
    }
  }
  study->asks.push_back({event.caller, event.count});
  turn.state.touched.insert(study->record.id);
}

void tell(Turn& turn, const TrialTold& event) {
  const CallId call = event.caller.call;
  StudyEntry* study = find_study(turn.state, event.study);
  if (study == nullptr) {
    return turn.refuse(call, Refusal::Kind::kNotFound, "there is no study \"" + event.study + "\"");
  }
  const std::string name = event.study + "/" + std::to_string(event.number);
  if (event.number < 0 || event.number >= static_cast<std::int64_t>(study->trials.size())) {
    return turn.refuse(call, Refusal::Kind::kNotFound, "there is no trial " + name);
  }
  if (!study->external()) {
    return turn.refuse(
        call, Refusal::Kind::kConflict, "trial " + name + " reports by itself; it takes no tell");
  }
  const std::string objection = outcome_objection(study->record.spec, event.outcome);
  if (!objection.empty()) {
    return turn.refuse(call, Refusal::Kind::kInvalid, "trial " + name + ": " + objection);
  }
  if (study->open.count(event.number) != 0) {
    settle_told(turn, *study, event.number, event.outcome);
    return turn.reply(call, std::monostate());
  }
  if (ended_so(turn, *study, event) || planted(PlantedBug::kSecondOutcomeAccepted)) {
    return turn.reply(call, std::monostate());
  }
  turn.refuse(call, Refusal::Kind::kConflict, "trial " + name + " has ended with another outcome");
}

}  // namespace automl::engine
