// SPDX-License-Identifier: Apache-2.0
#include "engine/proposals.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/command_line.hpp"
#include "engine/pausing.hpp"
#include "engine/planted_bug.hpp"
#include "engine/ready_suggestions.hpp"
#include "engine/repeats.hpp"
#include "engine/scheduling.hpp"
#include "engine/settlement.hpp"
#include "engine/study_view.hpp"
#include "engine/trial_lifecycle.hpp"
#include "engine/trial_seed.hpp"

namespace automl::engine {

namespace {

// More than anybody should ask for at once.
constexpr int kMostAtOnce = 1'000;

std::int64_t trials_created(const StudyEntry& study) {
  return static_cast<std::int64_t>(study.trials.size());
}

// Repeats are not the search's.
std::int64_t search_trials(const StudyEntry& study) {
  return trials_created(study) - study.repeats;
}

bool baseline_left(const StudyEntry& study) {
  return trials_created(study) < static_cast<std::int64_t>(study.record.spec.baseline.size());
}

// Baselines and enqueued configurations come before the sampler's proposals.
bool given_left(const StudyEntry& study) {
  return baseline_left(study) || !study.record.enqueued.empty();
}

// How many trials to propose now; the study is running and not waiting for its sampler.
std::int64_t wanted(const StudyEntry& study) {
  if (study.external()) {
    std::int64_t asked = 0;
    for (const WaitingAsk& ask : study.asks) {
      asked += ask.count;
    }
    return std::min(asked, trials_left(study));
  }
  const std::int64_t places = study.places() + (planted(PlantedBug::kParallelOffByOne) ? 1 : 0);
  const std::int64_t room = places - study.live_trials();
  return std::clamp<std::int64_t>(room, 0, trials_left(study));
}

// How many of the wanted ones may be made from what is at hand: whoever asked for several gets
// them together.
std::int64_t servable(const StudyEntry& study) {
  if (!study.external() || study.ready.none_left) {
    return wanted(study);
  }
  const auto at_hand = static_cast<std::int64_t>(study.ready.items.size());
  std::int64_t total = 0;
  for (const WaitingAsk& ask : study.asks) {
    const std::int64_t share = std::min<std::int64_t>(ask.count, trials_left(study) - total);
    if (total + share > at_hand) {
      break;
    }
    total += share;
  }
  return total;
}

idl::SessionSpec session_spec(const StudyEntry& study, const idl::Trial& trial) {
  const idl::StudySpec& spec = study.record.spec;
  idl::SessionSpec session;
  session.command = fill_command(spec.command, trial.configuration);
  session.params_json = params_json(trial.configuration);
  session.environment["AUTOML_SEED"] = std::to_string(trial.seed);
  session.code_digest = study.record.code_digest;
  session.setup = spec.setup;
  session.datasets = spec.datasets;
  session.resources = spec.resources;
  session.metrics = spec.metrics;
  const std::vector<std::string> needed = needed_metrics(spec);
  session.required_metric = needed.front();
  session.further_required.assign(needed.begin() + 1, needed.end());
  session.retries = spec.retries;
  return session;
}

std::vector<bool> maximized(const std::vector<idl::Objective>& objectives) {
  std::vector<bool> turned;
  for (const idl::Objective& objective : objectives) {
    turned.push_back(objective.goal == idl::Goal::MAXIMIZE);
  }
  return turned;
}

idl::Trial new_trial(Turn& turn,
                     const StudyEntry& study,
                     std::int64_t number,
                     const NewTrial& planned) {
  idl::Trial trial;
  trial.study_id = study.record.id;
  trial.number = number;
  trial.proposal = number;
  trial.file_version = study.record.file_version;
  trial.state = idl::TrialState::WAITING;
  if (!planned.suggestion.configuration.outside()) {
    trial.configuration = to_assignments(study.record.spec.space, planned.suggestion.configuration);
  }
  trial.proposed_because =
      search::explanation(planned.suggestion, maximized(study.record.spec.objectives));
  trial.created_ms = turn.clock.wall_ms();
  trial.baseline = planned.baseline;
  trial.enqueued = planned.enqueued;
  const std::int64_t study_seed = study.record.spec.seed;
  trial.seed = trial_seed(study_seed, number);
  if (planned.repeat_of) {
    trial.__set_repeat_of(*planned.repeat_of);
    trial.repeat = planned.repeat;
    trial.seed = repeat_seed(study_seed, planned.repeat);
  }
  if (planned.repeated) {
    trial.configuration = planned.repeated->configuration;
    trial.file_version = planned.repeated->file_version;
  }
  if (study.external()) {
    move(trial, idl::TrialState::RUNNING);
    trial.started_ms = trial.created_ms;
  }
  return trial;
}

idl::Session new_session(Turn& turn, const StudyEntry& study, const idl::Trial& trial) {
  idl::Session session;
  const std::string dataset = dataset_name(study.record.spec);
  session.owner = study.record.owner;
  session.name = session.owner + "/" + dataset + "/" +
                 std::to_string(turn.storage.next_session_number(session.owner, dataset));
  session.spec = session_spec(study, trial);
  session.state = idl::SessionState::QUEUED;
  session.study_id = study.record.id;
  session.trial_number = trial.number;
  session.created_ms = trial.created_ms;
  return session;
}

// Hands trials out to those who asked, oldest first.
void answer_asks(Turn& turn, StudyEntry& study, std::vector<idl::Trial> trials) {
  std::size_t next = 0;
  while (!study.asks.empty()) {
    const WaitingAsk& waiting = study.asks.front();
    const std::size_t share =
        std::min(trials.size() - next, static_cast<std::size_t>(waiting.count));
    if (share == 0 && !study.exhausted && trials_left(study) > 0) {
      return;  // answered with the next suggestions
    }
    std::vector<idl::Trial> handed(trials.begin() + static_cast<std::ptrdiff_t>(next),
                                   trials.begin() + static_cast<std::ptrdiff_t>(next + share));
    next += share;
    if (handed.empty()) {
      turn.refuse(waiting.caller.call,
                  Refusal::Kind::kConflict,
                  study.exhausted ? "the space is exhausted: every configuration was proposed"
                                  : "the budget of trials is used");
    } else {
      remember(turn,
               waiting.caller,
               std::to_string(handed.front().number) + " " + std::to_string(handed.size()));
      turn.reply(waiting.caller.call, std::move(handed));
    }
    study.asks.erase(study.asks.begin());
  }
}

void propose(Turn& turn, StudyEntry& study, const std::vector<NewTrial>& planned) {
  if (!planned.empty()) {
    answer_asks(turn, study, create_trials(turn, study, planned));
  }
}

void propose(Turn& turn, StudyEntry& study, std::vector<search::Suggestion> suggestions) {
  std::vector<NewTrial> planned;
  for (search::Suggestion& suggestion : suggestions) {
    planned.push_back({std::move(suggestion)});
  }
  propose(turn, study, planned);
}

void propose_given(Turn& turn, StudyEntry& study, std::int64_t count) {
  std::vector<NewTrial> planned;
  const auto& baseline = study.record.spec.baseline;
  const auto configured = [&](const std::vector<idl::Assignment>& assignments) {
    return to_configuration(study.search->space, study.record.spec.space, assignments);
  };
  for (std::size_t i = study.trials.size(); i < baseline.size() && count > 0; ++i, --count) {
    NewTrial& one = planned.emplace_back();
    one.suggestion = {configured(baseline[i]),
                      baseline[i].empty() ? "the defaults" : "baseline of the study file"};
    one.baseline = true;
  }
  auto& enqueued = study.record.enqueued;
  for (; !enqueued.empty() && count > 0; --count) {
    NewTrial& one = planned.emplace_back();
    one.suggestion = {configured(enqueued.front()), "enqueued"};
    one.enqueued = true;
    enqueued.erase(enqueued.begin());
  }
  propose(turn, study, planned);
}

// All that could be proposed was, and has ended or will not be resumed by the scheduler.
bool used_up(const StudyEntry& study) {
  const bool asked = study.paused.empty() || study.record.state == idl::StudyState::RUNNING;
  return asked && study.live_trials() == 0 &&
         (trials_left(study) == 0 || (study.exhausted && !given_left(study)));
}

bool out_of_time(Turn& turn, const StudyEntry& study) {
  const std::int64_t time_s = study.record.spec.budget.time_s;
  return time_s > 0 && turn.clock.wall_ms() >= study.record.created_ms + time_s * 1'000;
}

}  // namespace

std::vector<idl::Trial> create_trials(Turn& turn,
                                      StudyEntry& study,
                                      const std::vector<NewTrial>& planned) {
  std::vector<idl::Trial> trials;
  std::vector<idl::Session> sessions;
  for (const NewTrial& one : planned) {
    const std::int64_t number = trials_created(study) + static_cast<std::int64_t>(trials.size());
    trials.push_back(new_trial(turn, study, number, one));
    if (!study.external()) {
      sessions.push_back(new_session(turn, study, trials.back()));
    }
  }
  if (!planted(PlantedBug::kProposalNotKept)) {
    study.record.next_proposal = trials_created(study) + static_cast<std::int64_t>(trials.size());
  }
  turn.storage.propose(study.record, trials, sessions);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    study.trials.push_back(summary_of(trials[i]));
    study.repeats += planned[i].repeat_of ? 1 : 0;
    study.pending.emplace(trials[i].number, planned[i].suggestion.configuration);
    study.open.emplace(trials[i].number, trials[i]);
  }
  for (idl::Session& session : sessions) {
    SessionEntry entry;
    entry.record = std::move(session);
    const std::int64_t id = entry.record.id;
    turn.state.sessions.emplace(id, std::move(entry));
    turn.state.queue_touched = true;
  }
  ++study.version;
  return trials;
}

std::int64_t trials_left(const StudyEntry& study) {
  const std::int64_t budget =
      study.record.spec.budget.trials + (planted(PlantedBug::kBudgetOffByOne) ? 1 : 0);
  return budget <= 0 ? kMostAtOnce
                     : std::max<std::int64_t>(0,
                                              budget + study.record.retried +
                                                  study.record.withdrawn - search_trials(study));
}

void advance_study(Turn& turn, StudyEntry& study) {
  if (!study.live()) {
    return;
  }
  if (study.searched()) {
    return advance_repeats(turn, study);
  }
  if (out_of_time(turn, study)) {
    return end_search(turn, study, "time budget used", true);
  }
  resume_paused(turn, study);
  if (used_up(study)) {
    if (paused_by_users(turn.state, study) > 0) {
      return;  // they say when to go on
    }
    const bool exhausted = study.exhausted && trials_left(study) > 0;
    answer_asks(turn, study, {});
    return end_search(turn,
                      study,
                      exhausted ? "every configuration of the space was tried" : "all trials done",
                      false);
  }
  if (study.record.state != idl::StudyState::RUNNING) {
    return;
  }
  if (const std::int64_t count = wanted(study); count > 0 && given_left(study)) {
    propose_given(turn, study, count);
  }
  propose(turn, study, take_ready(turn, study, servable(study)));
  if (study.exhausted || trials_left(study) == 0 || given_left(study)) {
    study.ready.wait_until_ms = 0;
  } else {
    compute_suggestions(turn, study, wanted(study), trials_left(study));
  }
  if (!study.asks.empty() && (study.exhausted || trials_left(study) == 0)) {
    answer_asks(turn, study, {});
  }
}

void refuse_asks(Turn& turn, StudyEntry& study, Refusal::Kind kind, const std::string& why) {
  for (const WaitingAsk& waiting : study.asks) {
    turn.refuse(waiting.caller.call, kind, why);
  }
  study.asks.clear();
}

void accept_suggestions(Turn& turn, const Suggested& event) {
  const auto ticket = turn.state.study_by_ticket.find(event.ticket);
  if (ticket == turn.state.study_by_ticket.end()) {
    return;  // computed for a state that has been rebuilt since
  }
  StudyEntry& study = turn.state.studies.at(ticket->second);
  turn.state.study_by_ticket.erase(ticket);
  for (search::Observation& observation : study.late_observations) {
    study.search->history.add(std::move(observation));
  }
  study.late_observations.clear();
  turn.state.touched.insert(study.record.id);
  put_ready(turn, study, event.suggestions);
  if (study.record.state != idl::StudyState::RUNNING || study.searched() ||
      study.ready.next != trials_created(study)) {
    return;  // paused, ended or overtaken meanwhile; the proposal number is used again
  }
  study.exhausted = wanted(study) > 0 && event.suggestions.empty();
  // A slot that has waited for this computation takes it, whatever has finished meanwhile.
  propose(turn, study, take_any(study, servable(study)));
}

}  // namespace automl::engine
