// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "search/configuration.hpp"
#include "search/history.hpp"
#include "search/random.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// What a model expects of one objective, which is minimised; low and high are one deviation away.
struct Expectation {
  double mean = 0;
  double low = 0;
  double high = 0;
};

// A configuration to try, and why this one.
struct Suggestion {
  Configuration configuration;
  std::string reason;
  std::vector<Expectation> expected = {};  // one an objective; empty: no model chose it
};

// The reason with what is expected, as the user counts: an objective that is `maximized` was
// minimised with its sign turned. Missing entries of `maximized` are false.
std::string explanation(const Suggestion& suggestion, const std::vector<bool>& maximized);

// What a sampler is asked with. `index` is how many suggestions the study has had before this
// call: sequences (Sobol, grid) continue there, so nothing has to be remembered.
struct Request {
  const History& history;
  const std::vector<Configuration>& pending;  // running or waiting trials
  std::uint64_t index = 0;
  std::uint64_t seed = 0;  // of the study
  int count = 1;
  // Whether time is up; empty: never. A sampler that learns a model then takes a cheaper method and
  // says so: the one thing besides the rest of the request that its answer may depend on.
  std::function<bool()> expired = {};
};

// Proposes configurations. Everything a sampler knows follows from its space, its options and the
// request, so a restarted engine continues exactly where it was. Caches are allowed but must not
// change the result. One thread at a time; never throws for numerical trouble: it falls back to a
// cheaper method and says so in the reason.
class Sampler {
 public:
  virtual ~Sampler() = default;
  // At most `request.count` valid suggestions; fewer only when the space is exhausted (grid).
  virtual std::vector<Suggestion> suggest(const Request& request) = 0;
  // Whether finished trials change what is suggested. False: any number can be computed ahead.
  virtual bool learns() const { return true; }
};

}  // namespace automl::search
