// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "search/configuration.hpp"

namespace automl::search {

enum class Status { kComplete, kPruned, kFailed };

// One finished trial as a sampler sees it.
struct Observation {
  std::int64_t trial = 0;
  Configuration configuration;
  Status status = Status::kComplete;
  // To be minimised (the engine turns the sign of a goal `maximize`). Finite for kComplete; a trial
  // that reported no finite value is kFailed.
  double value = 0;
  // Several objectives: the others, to be minimised; as many in every complete observation.
  std::vector<double> further = {};
  // Outcome constraints: at most 0 where met, else by how much each is missed.
  std::vector<double> constraints = {};

  bool feasible() const {
    for (const double excess : constraints) {
      if (!(excess <= 0)) {
        return false;
      }
    }
    return true;
  }
};

// Finished trials of an earlier, similar task, in the space of this one; values to be minimised, on
// a scale of their own.
struct PriorTask {
  std::vector<Observation> observations;
};

// Everything known, in the order in which trials finished. Appended to, never changed.
class History {
 public:
  void add(Observation observation) { observations_.push_back(std::move(observation)); }
  const std::vector<Observation>& observations() const { return observations_; }
  std::size_t size() const { return observations_.size(); }

  // Before the first observation. Samplers for which search::inherits() says so learn from it.
  void inherit(PriorTask task) { prior_.push_back(std::move(task)); }
  const std::vector<PriorTask>& prior() const { return prior_; }

 private:
  std::vector<Observation> observations_;
  std::vector<PriorTask> prior_;
};

}  // namespace automl::search
