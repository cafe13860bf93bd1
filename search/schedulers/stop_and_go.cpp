// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/stop_and_go.hpp"

#include <algorithm>
#include <cmath>

#include "search/schedulers/asha.hpp"

namespace automl::search {
namespace {

constexpr const char* kUnsaved = "; it has saved no checkpoint and starts from zero";

std::string percent(double share) {
  return std::to_string(static_cast<int>(std::lround(100 * share))) + " %";
}

}  // namespace

StopAndGo::StopAndGo(const StopAndGoOptions& options)
    : options_(options),
      table_({geometric_rungs(1, 0, 2)}, [](std::int64_t) { return std::size_t{0}; }) {}

bool StopAndGo::more_promising(const Promise& a, const Promise& b) {
  if (a.better != b.better) {
    return a.better < b.better;
  }
  return a.reached != b.reached ? a.reached > b.reached : a.trial < b.trial;
}

StopAndGo::Promise StopAndGo::promise(const TrialCurves& curves, std::int64_t trial) const {
  const std::optional<std::size_t> curve = curves.index_of(trial);
  const std::size_t reached = curve ? table_.place(*curve).reached : 0;
  if (reached == 0) {
    return {0.5, 0, trial};
  }
  if (!std::isfinite(table_.place(*curve).value)) {
    return {1, reached, trial};
  }
  const auto all = static_cast<double>(table_.brackets()[0][reached - 1].entries.size());
  return {static_cast<double>(table_.rank(*curve, reached - 1)) / all, reached, trial};
}

std::vector<StopAndGo::Promise> StopAndGo::extremes(const TrialCurves& curves,
                                                    const std::vector<std::int64_t>& trials,
                                                    const std::set<std::int64_t>& unsaved,
                                                    std::size_t count,
                                                    bool best) const {
  if (count == 0) {
    return {};
  }
  // Whoever stands at the same rung is ordered by value, so ranks are looked up for few.
  std::vector<std::vector<Standing>> standings(2 * (table_.brackets()[0].size() + 1));
  for (const std::int64_t trial : trials) {
    const std::optional<std::size_t> curve = curves.index_of(trial);
    const RungTable::Place place = curve ? table_.place(*curve) : RungTable::Place{};
    const std::size_t late = unsaved.empty() ? 0 : unsaved.count(trial);
    standings[2 * place.reached + late].push_back({place.reached > 0 ? place.value : 0, trial});
  }
  std::vector<Promise> found;
  for (std::size_t group = 0; group < standings.size(); ++group) {
    std::vector<Standing>& here = standings[group];
    const std::size_t few = std::min(count, here.size());
    std::partial_sort(
        here.begin(),
        here.begin() + static_cast<std::ptrdiff_t>(few),
        here.end(),
        [best](const Standing& a, const Standing& b) { return best ? a < b : b < a; });
    for (std::size_t k = 0; k < few; ++k) {
      found.push_back(promise(curves, here[k].second));
      found.back().unsaved = group % 2 != 0;
    }
  }
  std::sort(found.begin(), found.end(), [best](const Promise& a, const Promise& b) {
    if (a.unsaved != b.unsaved) {
      return b.unsaved;
    }
    return best ? more_promising(a, b) : more_promising(b, a);
  });
  found.resize(std::min(count, found.size()));
  return found;
}

Moves StopAndGo::balance(const TrialCurves& curves, const Pools& pools, const Demand& demand) {
  table_.follow(curves);
  Moves moves;
  const int live = static_cast<int>(pools.live.size());
  if (demand.wanted > 0) {
    const int give = std::min(demand.wanted, live - options_.parallel);
    for (const Promise& one : extremes(curves,
                                       pools.live,
                                       pools.unsaved,
                                       static_cast<std::size_t>(std::max(give, 0)),
                                       false)) {
      moves.pause.push_back({one.trial,
                             "stop-and-go: others need the slot, and " + percent(one.better) +
                                 " of trials were better" + (one.unsaved ? kUnsaved : "")});
    }
    return moves;
  }
  const int most = std::min(demand.idle, options_.max_parallel - live);
  auto left = static_cast<std::size_t>(std::max(most, 0));
  for (const auto* pool : {&pools.preempted, &pools.stopped}) {
    for (const Promise& one : extremes(curves, *pool, pools.unsaved, left, true)) {
      moves.revive.push_back({one.trial,
                              "stop-and-go: a slot is idle, and only " + percent(one.better) +
                                  " of trials were better" + (one.unsaved ? kUnsaved : "")});
      --left;
    }
  }
  return moves;
}

Burial StopAndGo::bury(const TrialCurves& curves, const Pools& pools, std::int64_t trial) {
  table_.follow(curves);
  const auto kept = static_cast<std::int64_t>(pools.stopped.size());
  const auto all = static_cast<double>(kept + pools.dead + 1);
  const auto keep = static_cast<std::int64_t>(std::ceil(options_.stop_ratio * all * (1 - 1e-12)));
  const std::string of = std::to_string(keep) + " of " + std::to_string(kept + pools.dead + 1) +
                         " stopped trials may be revived";
  if (kept < keep) {
    return {true, std::nullopt, "stop-and-go: " + of};
  }
  const std::vector<Promise> worst = extremes(curves, pools.stopped, {}, 1, false);
  if (keep > 0 && more_promising(promise(curves, trial), worst.front())) {
    const std::int64_t least = worst.front().trial;
    return {
        true, least, "stop-and-go: " + of + "; more promising than trial " + std::to_string(least)};
  }
  return {false, std::nullopt, "stop-and-go: " + of + ", and all of them are more promising"};
}

}  // namespace automl::search
