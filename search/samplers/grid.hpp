// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/sampler.hpp"

namespace automl::search {

// Every combination, once: all values of discrete parameters, `points` evenly spaced ones (in the
// logarithm where `log` is set) of a float without step. Inactive parameters don't multiply. The
// last parameter in topological order moves fastest. Ends with fewer suggestions than asked for
// when the grid is used up.
class GridSampler : public Sampler {
 public:
  GridSampler(const SearchSpace& space, int points);
  std::vector<Suggestion> suggest(const Request& request) override;

 private:
  std::size_t levels(std::size_t parameter) const;
  double level(std::size_t parameter, std::size_t index) const;
  // First value at every level from `depth` on; then the next combination; false after the last.
  void fill(Configuration& configuration, std::vector<std::size_t>& at, std::size_t depth) const;
  bool advance(Configuration& configuration, std::vector<std::size_t>& at) const;

  const SearchSpace& space_;
  int points_;
};

}  // namespace automl::search
