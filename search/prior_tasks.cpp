// SPDX-License-Identifier: Apache-2.0
#include "search/prior_tasks.hpp"

#include <algorithm>
#include <cmath>

#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

constexpr double kTrust = 0.9;      // the share of pairs expected before any is seen
constexpr double kTrustTrials = 2;  // what that counts as
constexpr double kApart = 0.05;

std::vector<const Observation*> best_first(const PriorTask& task) {
  std::vector<const Observation*> order;
  for (const Observation& observation : task.observations) {
    if (observation.status == Status::kComplete && std::isfinite(observation.value)) {
      order.push_back(&observation);
    }
  }
  std::stable_sort(order.begin(), order.end(), [](const Observation* a, const Observation* b) {
    return a->value < b->value;
  });
  return order;
}

bool near(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool both = !std::isnan(a[i]) && !std::isnan(b[i]);
    if (both ? std::abs(a[i] - b[i]) > kApart : std::isnan(a[i]) != std::isnan(b[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

double rank_weight(const std::vector<double>& predicted, const std::vector<double>& actual) {
  double alike = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double product = (predicted[i] - predicted[j]) * (actual[i] - actual[j]);
      alike += product > 0 ? 1 : product < 0 ? 0 : 0.5;
      pairs += 1;
    }
  }
  const double trials = actual.empty() ? 0 : static_cast<double>(actual.size()) - 1;
  const double share = pairs > 0 ? alike / pairs : 0;
  const double expected = (trials * share + kTrustTrials * kTrust) / (trials + kTrustTrials);
  return std::max(0.0, 2 * expected - 1);
}

std::vector<Configuration> inherited_design(const SearchSpace& space,
                                            const std::vector<PriorTask>& tasks,
                                            std::size_t most) {
  std::vector<std::vector<const Observation*>> orders;
  for (const PriorTask& task : tasks) {
    orders.push_back(best_first(task));
  }
  std::vector<Configuration> design;
  std::vector<std::vector<double>> chosen;
  std::vector<std::size_t> next(orders.size(), 0);
  for (bool any = true; any && design.size() < most;) {
    any = false;
    for (std::size_t t = 0; t < orders.size() && design.size() < most; ++t) {
      while (next[t] < orders[t].size()) {
        const Configuration& configuration = orders[t][next[t]++]->configuration;
        if (!space.valid(configuration)) {
          continue;
        }
        std::vector<double> unit = encode(space, configuration);
        if (std::none_of(chosen.begin(), chosen.end(), [&](const auto& other) {
              return near(unit, other);
            })) {
          chosen.push_back(std::move(unit));
          design.push_back(configuration);
          any = true;
          break;
        }
      }
    }
  }
  return design;
}

}  // namespace automl::search
