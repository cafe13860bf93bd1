// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
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

// A number that no other object has; a copy gets one of its own.
class Identity {
 public:
  Identity() = default;
  Identity(const Identity&) : Identity() {}
  Identity(Identity&& other) noexcept : number_(std::exchange(other.number_, next())) {}
  Identity& operator=(const Identity&) {
    number_ = next();
    return *this;
  }
  Identity& operator=(Identity&& other) noexcept {
    number_ = std::exchange(other.number_, next());
    return *this;
  }
  ~Identity() = default;

  std::uint64_t number() const { return number_; }

 private:
  static std::uint64_t next() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
  }
  std::uint64_t number_ = next();
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

  // Who has seen `size()` observations under this number need not look at them again. Never 0.
  std::uint64_t identity() const { return identity_.number(); }

 private:
  Identity identity_;
  std::vector<Observation> observations_;
  std::vector<PriorTask> prior_;
};

}  // namespace automl::search
