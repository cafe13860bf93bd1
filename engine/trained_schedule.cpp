// SPDX-License-Identifier: Apache-2.0
#include "engine/trained_schedule.hpp"

#include <algorithm>

#include "engine/space_binding.hpp"

#include "search/trial_curves.hpp"

namespace automl::engine {

std::vector<idl::ScheduleLeg> trained_schedule(const StudyEntry& study, std::int64_t trial) {
  const idl::StudySpec& spec = study.record.spec;
  const bool population = spec.scheduler.name == "pbt" || spec.scheduler.name == "pb2";
  if (!population || !study.schedule || !study.schedule->knows(trial)) {
    return {};
  }
  const search::TrialCurves& curves = study.schedule->curves();
  const std::vector<search::Ancestor> ancestors = search::lineage(curves, trial);
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
