// SPDX-License-Identifier: Apache-2.0
#include "engine/study_analyst.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <utility>

#include "engine/queries.hpp"
#include "engine/space_binding.hpp"
#include "engine/study_manager.hpp"
#include "engine/turn.hpp"

#include "search/analysis/importance.hpp"
#include "search/analysis/random_shadow.hpp"
#include "search/analysis/remaining_gain.hpp"
#include "search/space_encoding.hpp"

namespace automl::engine {

namespace {

constexpr int kMostWaiting = 4;
constexpr std::size_t kMostKnown = 16;
constexpr std::size_t kFewToJudge = 10;  // complete trials
constexpr std::size_t kNextTrials = 20;
constexpr std::size_t kMostShadow = 2000;  // trials
constexpr std::size_t kInteractionsShown = 30;

bool maximised(const idl::StudySpec& spec, std::size_t objective = 0) {
  return spec.objectives.at(objective).goal == idl::Goal::MAXIMIZE;
}

// A value of one parameter as clients see it.
idl::Value native_value(const idl::StudySpec& spec,
                        const search::SearchSpace& space,
                        std::size_t parameter,
                        double unit) {
  search::Configuration one{std::vector<double>(space.size(), search::kInactive)};
  one.values[parameter] = search::decode(space[parameter], unit);
  return to_assignments(spec.space, one).front().value;
}

std::vector<idl::CurvePoint> curve(const idl::StudySpec& spec,
                                   const search::SearchSpace& space,
                                   std::size_t parameter,
                                   const std::vector<search::CurvePoint>& points,
                                   bool flip) {
  std::vector<idl::CurvePoint> result;
  for (const search::CurvePoint& point : points) {
    idl::CurvePoint one;
    one.at = native_value(spec, space, parameter, point.unit);
    one.value = flip ? -point.value : point.value;
    one.spread = point.spread;
    if (result.empty() || !(result.back().at == one.at)) {
      result.push_back(std::move(one));
    }
  }
  return result;
}

idl::ObjectiveImportance importance_of(const idl::StudySpec& spec,
                                       const search::SearchSpace& space,
                                       const search::History& history,
                                       std::size_t objective) {
  const search::Importance found = search::importance(
      space, history, static_cast<std::uint64_t>(spec.seed), {.objective = objective});
  idl::ObjectiveImportance result;
  result.metric = spec.objectives[objective].metric;
  result.trials = static_cast<std::int64_t>(found.trials);
  result.explained = found.explained;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (spec.space[i].kind == idl::ParameterKind::FIXED) {
      continue;
    }
    idl::ParameterImportance one;
    one.parameter = spec.space[i].name;
    one.share = found.main[i].share;
    one.spread = found.main[i].spread;
    one.permutation = found.permutation[i].share;
    one.permutation_spread = found.permutation[i].spread;
    one.curve = curve(spec, space, i, found.curves[i], maximised(spec, objective));
    result.parameters.push_back(std::move(one));
  }
  std::stable_sort(result.parameters.begin(),
                   result.parameters.end(),
                   [](const auto& a, const auto& b) { return a.share > b.share; });
  for (const search::Interaction& pair : found.interactions) {
    if (result.interactions.size() == kInteractionsShown) {
      break;
    }
    idl::InteractionImportance one;
    one.first = spec.space[pair.first].name;
    one.second = spec.space[pair.second].name;
    one.share = pair.effect.share;
    one.spread = pair.effect.spread;
    result.interactions.push_back(std::move(one));
  }
  return result;
}

void add_shadow(const idl::StudySpec& spec,
                const search::SearchSpace& space,
                const search::History& history,
                idl::StudyReport& report) {
  const auto seed = static_cast<std::uint64_t>(spec.seed);
  const auto found =
      search::random_shadow(space, history, seed, std::min(history.size(), kMostShadow));
  if (!found) {
    return;
  }
  const bool flip = maximised(spec);
  idl::RandomShadow shadow;
  for (const search::ShadowPoint& point : found->points) {
    idl::ShadowPoint one;
    one.trials = static_cast<std::int64_t>(point.trials);
    one.expected = flip ? -point.expected : point.expected;
    one.low = flip ? -point.high : point.low;
    one.high = flip ? -point.low : point.high;
    shadow.points.push_back(one);
  }
  if (found->trials_to_best) {
    shadow.__set_trials_to_best(*found->trials_to_best);
  }
  report.__set_shadow(shadow);
}

void add_remaining(const idl::StudySpec& spec,
                   const search::SearchSpace& space,
                   const search::History& history,
                   idl::StudyReport& report) {
  const auto seed = static_cast<std::uint64_t>(spec.seed);
  const auto found = search::remaining_gain(space, history, seed, {.next = kNextTrials});
  if (!found) {
    return;
  }
  idl::RemainingGain gain;
  gain.best = maximised(spec) ? -found->best : found->best;
  gain.expected = found->expected;
  gain.possible = found->possible;
  gain.tolerance = found->tolerance;
  gain.certainty = found->certainty;
  gain.stop = found->stop;
  report.__set_remaining(gain);
}

}  // namespace

Payload read_for_analysis(const StudyManager& manager,
                          const std::string& study,
                          AnalysisInput& input) {
  Payload answer = study_status(manager, study);
  const StudyEntry* found = find_study(manager.state(), study);
  if (found != nullptr) {
    input.status = std::get<idl::StudyStatus>(answer);
    // Workers only read it, and nobody but this thread appends.
    input.history = found->search->history;
    for (const search::Observation& late : found->late_observations) {
      input.history.add(late);
    }
  }
  return answer;
}

idl::StudyReport analyse(const AnalysisInput& input) {
  const idl::StudySpec& spec = input.status.study.spec;
  const search::SearchSpace space = make_space(spec.space, spec.forbid);
  idl::StudyReport report;
  report.status = input.status;
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    report.importance.push_back(importance_of(spec, space, input.history, i));
  }
  const std::int64_t complete = report.importance.front().trials;
  if (complete < static_cast<std::int64_t>(kFewToJudge)) {
    report.notes.push_back("only " + std::to_string(complete) +
                           (complete == 1 ? " trial is" : " trials are") +
                           " complete: take all of this with caution");
  }
  if (spec.objectives.size() > 1) {
    report.notes.emplace_back(
        "random search and the remaining gain are told for studies with one objective only");
    return report;
  }
  add_shadow(spec, space, input.history, report);
  add_remaining(spec, space, input.history, report);
  if (!report.__isset.shadow || !report.__isset.remaining) {
    report.notes.emplace_back(
        spec.constraints.empty()
            ? "no model of the objective: it takes four complete trials with different values"
            : "no model of the objective: it takes four feasible trials with different values");
  }
  return report;
}

idl::StudyReport StudyAnalyst::report(const AnalysisInput& input) {
  const std::int64_t study = input.status.study.id;
  std::unique_lock lock(mutex_);
  if (waiting_ >= kMostWaiting) {
    idl::Unavailable unavailable;
    unavailable.message = "other reports are being computed";
    throw unavailable;
  }
  ++waiting_;
  free_.wait(lock, [this] { return !busy_; });
  --waiting_;
  const auto known = known_.find(study);
  if (known != known_.end() && known->second.trials == input.history.size() &&
      known->second.report.status.study.file_version == input.status.study.file_version) {
    idl::StudyReport report = known->second.report;
    report.status = input.status;
    return report;
  }
  busy_ = true;
  lock.unlock();
  std::exception_ptr failure;
  idl::StudyReport report;
  try {
    report = analyse(input);
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  lock.lock();
  busy_ = false;
  free_.notify_one();
  if (failure) {
    std::rethrow_exception(failure);
  }
  if (known_.size() >= kMostKnown) {
    known_.clear();
  }
  known_.insert_or_assign(study, Known{input.history.size(), report});
  return report;
}

}  // namespace automl::engine
