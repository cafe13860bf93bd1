// SPDX-License-Identifier: Apache-2.0
#include "engine/trained_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>

#include "engine/space_binding.hpp"

#include "search/trial_curves.hpp"

namespace automl::engine {

namespace {

struct Reported {
  double value = 0;
  std::size_t leg = 0;
};

// What counts of a curve, by step: who takes over a checkpoint trains the later steps anew.
std::map<std::int64_t, Reported> counted(const search::Curve& curve) {
  std::map<std::int64_t, Reported> steps;
  std::size_t leg = 0;
  for (std::size_t i = 0; i < curve.reports.size(); ++i) {
    const search::Report& report = curve.reports[i];
    const std::size_t before = leg;
    while (leg + 1 < curve.legs.size() && curve.legs[leg + 1].first_report <= i) {
      ++leg;
    }
    if (leg != before) {
      steps.erase(steps.lower_bound(report.step), steps.end());
    }
    steps[report.step] = {report.value, leg};
  }
  return steps;
}

// The leg on which the trial got its value, which is not its last one when it had been better
// before, or has trained no further since it took over.
std::size_t leg_of_value(const search::Curve& curve, idl::ValueRule::type rule) {
  const std::map<std::int64_t, Reported> steps = counted(curve);
  if (steps.empty()) {
    return curve.legs.size() - 1;
  }
  if (rule != idl::ValueRule::BEST) {
    return steps.rbegin()->second.leg;
  }
  const Reported* best = &steps.begin()->second;
  for (const auto& [step, reported] : steps) {
    if (!std::isfinite(best->value) || reported.value < best->value) {
      best = &reported;
    }
  }
  return best->leg;
}

}  // namespace

std::vector<idl::ScheduleLeg> trained_schedule(const StudyEntry& study, std::int64_t trial) {
  const idl::StudySpec& spec = study.record.spec;
  const bool population = spec.scheduler.name == "pbt" || spec.scheduler.name == "pb2";
  if (!population || !study.schedule || !study.schedule->knows(trial)) {
    return {};
  }
  const search::TrialCurves& curves = study.schedule->curves();
  const std::size_t last = leg_of_value(curves.of(trial), spec.objectives.front().rule);
  const std::vector<search::Ancestor> ancestors = search::lineage(curves, trial, last);
  std::vector<idl::ScheduleLeg> legs;
  const auto& reports = curves.of(ancestors.front().trial).reports;
  const auto first = std::min_element(
      reports.begin(), reports.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
  std::int64_t step = first == reports.end() ? 0 : first->step;
  for (const search::Ancestor& ancestor : ancestors) {
    if (ancestor.until < step) {
      continue;  // it has not trained since it took over
    }
    idl::ScheduleLeg& leg = legs.emplace_back();
    leg.trial = ancestor.trial;
    leg.first_step = step;
    leg.last_step = ancestor.until;
    leg.configuration = to_assignments(spec.space, ancestor.configuration);
    step = ancestor.until + 1;
  }
  return legs;
}

}  // namespace automl::engine
