// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/hyperband.hpp"

#include <algorithm>
#include <cmath>

#include "search/schedulers/asha.hpp"

namespace automl::search {
namespace {

std::vector<std::vector<std::int64_t>> rungs_of(const std::vector<Bracket>& brackets) {
  std::vector<std::vector<std::int64_t>> rungs;
  for (const Bracket& bracket : brackets) {
    rungs.push_back(bracket.rungs);
  }
  return rungs;
}

}  // namespace

std::vector<Bracket> hyperband_brackets(const HyperbandOptions& options) {
  const double eta = options.reduction;
  const auto min = static_cast<double>(options.min);
  // The logarithm of an exact power may come out a rounding error too low.
  const auto s_max = static_cast<int>(
      std::floor(std::log(static_cast<double>(options.max) / min) / std::log(eta) + 1e-9));
  std::vector<Bracket> brackets;
  for (int s = s_max; s >= 0; --s) {
    Bracket bracket;
    bracket.trials = static_cast<std::int64_t>(
        std::ceil((s_max + 1.0) / (s + 1.0) * std::pow(eta, s) * (1 - 1e-12)));
    bracket.rungs = geometric_rungs(min * std::pow(eta, s_max - s), options.max, eta);
    brackets.push_back(std::move(bracket));
  }
  return brackets;
}

std::size_t bracket_of(const std::vector<Bracket>& brackets, std::int64_t trial) {
  std::int64_t round = 0;
  for (const Bracket& bracket : brackets) {
    round += bracket.trials;
  }
  std::int64_t place = (trial % round + round) % round;
  std::size_t which = 0;
  while (place >= brackets[which].trials) {
    place -= brackets[which].trials;
    ++which;
  }
  return which;
}

std::vector<std::int64_t> hyperband_budgets(const HyperbandOptions& options) {
  std::vector<std::int64_t> budgets{options.max};
  for (const Bracket& bracket : hyperband_brackets(options)) {
    budgets.insert(budgets.end(), bracket.rungs.begin(), bracket.rungs.end());
  }
  std::sort(budgets.begin(), budgets.end());
  budgets.erase(std::unique(budgets.begin(), budgets.end()), budgets.end());
  return budgets;
}

HyperbandScheduler::HyperbandScheduler(const std::string& name,
                                       const HyperbandOptions& options,
                                       const Setting& setting)
    : SuccessiveHalving(
          name,
          rungs_of(hyperband_brackets(options)),
          [brackets = hyperband_brackets(options)](std::int64_t trial) {
            return bracket_of(brackets, trial);
          },
          options.reduction,
          options.halving,
          setting) {}

}  // namespace automl::search
