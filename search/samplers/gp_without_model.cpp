// SPDX-License-Identifier: Apache-2.0
// What gp suggests where its model has nothing to say: at first, on a plateau, when time is up, and
// when all that the model proposes was tried.
#include <algorithm>

#include "search/prior_tasks.hpp"
#include "search/samplers/gp.hpp"
#include "search/samplers/untried.hpp"

namespace automl::search {
namespace {

constexpr std::size_t kInherited = 3;  // trials of earlier tasks to begin with
constexpr double kTrusted = 0.1;       // with less than this their trials are no initial design
// Once so many of the last trials are exactly as good as the best, the model keeps to a plateau.
constexpr std::size_t kAlike = 4;
constexpr std::size_t kLately = 8;

}  // namespace

Suggestion GpSampler::suggest_untried(Turn& turn, const std::string& why) {
  std::optional<Untried> drawn =
      draw_untried(space_, turn.random, [&](const Configuration& one) { return seen(turn, one); });
  if (!drawn) {
    return {};
  }
  const std::string how = drawn->found == Untried::Found::kDrawn ? why + ", so a random draw"
                          : drawn->found == Untried::Found::kLeft
                              ? why + ", so one of the few untried ones"
                              : "every configuration has been tried";
  return {std::move(drawn->configuration), "gp: " + how};
}

std::size_t GpSampler::initial(const Request& request) const {
  if (request.history.prior().empty()) {
    return initial_;
  }
  // Models of constraints and of several objectives do without earlier tasks.
  const bool trusted = table_.plain() && model_.trust(table_) >= kTrusted;
  return trusted ? std::min(initial_, kInherited) : initial_ + kInherited;
}

std::optional<Suggestion> GpSampler::suggest_inherited(Turn& turn) {
  for (Configuration& one : inherited_design(space_, turn.request.history.prior(), kInherited)) {
    if (!seen(turn, one)) {
      return Suggestion{std::move(one), "gp: among the best of earlier studies"};
    }
  }
  return std::nullopt;
}

Suggestion GpSampler::suggest_without_model(Turn& turn, const std::string& why) {
  if (std::optional<Suggestion> inherited = suggest_inherited(turn)) {
    return *std::move(inherited);
  }
  Configuration defaults = space_.defaults();
  const bool first = turn.index == 0 || !turn.request.history.prior().empty();
  if (first && space_.allowed(defaults) && !seen(turn, defaults)) {
    return {std::move(defaults), "gp: the default configuration first"};
  }
  std::vector<Suggestion> points =
      sobol_.suggest({turn.request.history, turn.pending, turn.index, turn.request.seed, 1});
  if (points.empty()) {
    return {};
  }
  if (seen(turn, points.front().configuration)) {
    return suggest_untried(turn, "the Sobol point was tried");
  }
  points.front().reason = "gp: " + why + points.front().reason;
  return std::move(points.front());
}

Suggestion GpSampler::suggest_cheaply(Turn& turn, const std::string& why) {
  std::vector<Suggestion> found =
      cheaper_.suggest({turn.request.history, turn.pending, turn.index, turn.request.seed, 1, {}});
  if (found.empty()) {
    return {};
  }
  found.front().reason = "gp: " + why + found.front().reason;
  return std::move(found.front());
}

std::size_t GpSampler::on_plateau() const {
  const std::size_t alike = table_.as_good_as_best(kLately);
  return alike >= kAlike ? alike : 0;
}

Suggestion GpSampler::suggest_on_plateau(Turn& turn, std::size_t alike) {
  const std::size_t lately = std::min(kLately, table_.size());
  const std::string why = std::to_string(alike) + " of the last " + std::to_string(lately) +
                          " trials are exactly as good as the best, so ";
  // The more are alike, the less there is to learn from.
  const bool spread =
      turn.random.uniform() * static_cast<double>(lately) < static_cast<double>(alike);
  return spread ? suggest_without_model(turn, why) : suggest_cheaply(turn, why);
}

}  // namespace automl::search
