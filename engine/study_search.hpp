// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "records_types.h"

#include "search/history.hpp"
#include "search/sampler.hpp"
#include "search/scheduler.hpp"
#include "search/search_space.hpp"

namespace automl::engine {

// What a study searches with: owned by the study, lent to a worker while it computes a suggestion.
struct StudySearch {
  search::SearchSpace space;
  std::unique_ptr<search::Sampler> sampler;
  search::History history;  // of trials that have ended
  // Set by the engine before each request.
  std::vector<search::Configuration> pending;
  std::optional<search::History> seen;  // instead of `history`: what a study's scheduler shows
  std::uint64_t seed = 0;

  const search::History& learned() const { return seen ? *seen : history; }
};

// Throws search::SpaceError, or search::OptionError also when the algorithm cannot have so many
// objectives or there is none.
std::shared_ptr<StudySearch> make_search(const idl::StudySpec& spec);

// What the study's algorithm is in fact, and why: `auto → gp: …`.
std::string algorithm_note(const idl::StudySpec& spec);

// Null when the study has none. Throws search::OptionError, also when the scheduler does not go
// with the rest of the study. The space must outlive it.
std::unique_ptr<search::Scheduler> make_scheduler(const idl::StudySpec& spec,
                                                  const search::SearchSpace& space);

// What is valid but may not be what was meant, one line each.
std::vector<std::string> advice(const idl::StudySpec& spec);

// The step at which the study's scheduler takes trials for complete; unset: they end by themselves.
std::optional<std::int64_t> last_step(const idl::StudySpec& spec);

}  // namespace automl::engine
