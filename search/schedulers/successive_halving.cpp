// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/successive_halving.hpp"

#include <algorithm>
#include <cmath>

namespace automl::search {

SuccessiveHalving::SuccessiveHalving(std::string name,
                                     const std::vector<std::vector<std::int64_t>>& rungs,
                                     std::function<std::size_t(std::int64_t)> bracket_of,
                                     double reduction,
                                     Halving halving,
                                     const Setting& setting)
    : name_(std::move(name)),
      table_(rungs, std::move(bracket_of)),
      reduction_(reduction),
      halving_(halving),
      setting_(setting) {}

std::size_t SuccessiveHalving::winners(std::size_t entries) const {
  // A little more than n, so that 3 / 3 is 1 for every reduction that is not a binary fraction.
  const auto best =
      static_cast<std::size_t>(static_cast<double>(entries) / reduction_ * (1 + 1e-12));
  return halving_ == Halving::kStop ? std::max<std::size_t>(best, 1) : best;
}

std::string SuccessiveHalving::describe(const RungTable::Place& place,
                                        std::size_t curve,
                                        std::size_t rung) const {
  const std::vector<Rung>& rungs = table_.brackets()[place.bracket];
  std::string text = name_ + ": ";
  if (std::isfinite(place.value)) {
    text += setting_.text(place.value) + " is number " +
            std::to_string(table_.rank(curve, rung) + 1) + " of " +
            std::to_string(rungs[rung].entries.size());
  } else {
    text += "not a finite value";
  }
  text += " at step " + std::to_string(rungs[rung].step);
  if (table_.brackets().size() > 1) {
    text += " of bracket " + std::to_string(place.bracket);
  }
  return text;
}

Verdict SuccessiveHalving::on_measurement(const TrialCurves& curves, std::int64_t trial) {
  table_.follow(curves);
  const std::size_t curve = *curves.index_of(trial);
  const RungTable::Place& place = table_.place(curve);
  if (place.fresh == 0) {
    return {Action::kProceed, name_ + ": between two rungs", {}};
  }
  std::string text;
  for (std::size_t rung = place.reached - place.fresh; rung < place.reached; ++rung) {
    const std::size_t go_on = winners(table_.brackets()[place.bracket][rung].entries.size());
    text = describe(place, curve, rung);
    if (!std::isfinite(place.value)) {
      return {Action::kStop, text, {}};
    }
    if (table_.rank(curve, rung) >= go_on) {
      text += go_on == 0
                  ? ", too few to promote one"
                  : ", the best " + std::to_string(go_on) + (go_on == 1 ? " goes on" : " go on");
      return {halving_ == Halving::kStop ? Action::kStop : Action::kPause, text, {}};
    }
  }
  return {Action::kProceed, text + ", so it goes on", {}};
}

std::optional<Resume> SuccessiveHalving::on_slot_free(const TrialCurves& curves) {
  table_.follow(curves);
  if (halving_ == Halving::kStop) {
    return std::nullopt;
  }
  for (std::size_t b = 0; b < table_.brackets().size(); ++b) {
    const std::vector<Rung>& rungs = table_.brackets()[b];
    for (std::size_t rung = rungs.size(); rung-- > 0;) {
      const std::vector<Rung::Entry>& entries = rungs[rung].entries;
      const std::size_t go_on = winners(entries.size());
      for (std::size_t i = 0; i < go_on && std::isfinite(entries[i].value); ++i) {
        const std::size_t curve = entries[i].curve;
        if (curves.curves()[curve].state == TrialState::kPaused &&
            table_.place(curve).reached == rung + 1) {
          return Resume{entries[i].trial,
                        describe(table_.place(curve), curve, rung) + ", so it is promoted"};
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace automl::search
