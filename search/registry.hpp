// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "search/options.hpp"
#include "search/sampler.hpp"

namespace automl::search {

// The only table from names to samplers.
std::vector<std::string> algorithm_names();
std::vector<OptionHelp> algorithm_options(const std::string& name);

// How many objectives an algorithm can have; kAnyNumber: no limit. Every algorithm heeds outcome
// constraints, unless it learns from nothing.
inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);
std::size_t most_objectives(const std::string& name);

// Whether an algorithm learns from earlier tasks (History::prior).
bool inherits(const std::string& name);

// What `auto` is to choose for.
struct Task {
  std::int64_t trials = 0;  // of the budget; 0: unknown
  int parallel = 1;
  std::size_t objectives = 1;
  bool inherits = false;  // there are earlier tasks to learn from
};

// What `auto` stands for, and why, in one line.
struct Choice {
  std::string algorithm;
  std::string reason;
};
Choice choose_algorithm(const SearchSpace& space, const Task& task);

// Throws OptionError; `name` must be one of algorithm_names(). The space must outlive the sampler.
std::unique_ptr<Sampler> make_sampler(const std::string& name,
                                      const Options& options,
                                      const SearchSpace& space);

}  // namespace automl::search
