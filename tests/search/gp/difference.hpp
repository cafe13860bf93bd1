// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <Eigen/Core>

#include "search/gp/feature_map.hpp"
#include "search/samplers/uniform.hpp"
#include "search/space_encoding.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search::gp::testing {

// Central differences of a function of one vector.
inline Eigen::VectorXd difference(const std::function<double(const Eigen::VectorXd&)>& f,
                                  const Eigen::VectorXd& at,
                                  double step = 1e-5) {
  Eigen::VectorXd slopes(at.size());
  for (Eigen::Index i = 0; i < at.size(); ++i) {
    Eigen::VectorXd up = at;
    Eigen::VectorXd down = at;
    up(i) += step;
    down(i) -= step;
    slopes(i) = (f(up) - f(down)) / (2 * step);
  }
  return slopes;
}

// Numbers, integers, categories, an ordinal with a scale, and two conditional branches.
inline SearchSpace mixed_space() {
  using namespace search::testing;
  Parameter sizes = choice("size", 4);
  sizes.kind = Kind::kOrdinal;
  sizes.scale = {1, 2, 4, 16};
  return SearchSpace({real("x", 0, 1),
                      real("rate", 1e-5, 1, true),
                      whole("layers", 1, 6),
                      choice("optimizer", 3),
                      sizes,
                      when(real("momentum", 0, 1), 3, Relation::kEqual, 1),
                      when(choice("schedule", 4), 3, Relation::kEqual, 1),
                      when(real("beta", 0, 1), 3, Relation::kEqual, 2)},
                     {});
}

// Snapped unit points of random configurations.
inline Points random_points(const SearchSpace& space, Eigen::Index count, std::uint64_t seed) {
  Random random(seed, 3);
  Points result(count, static_cast<Eigen::Index>(space.size()));
  for (Eigen::Index i = 0; i < count; ++i) {
    const std::vector<double> unit = encode(space, draw_uniform(space, random));
    for (std::size_t k = 0; k < unit.size(); ++k) {
      result(i, static_cast<Eigen::Index>(k)) = unit[k];
    }
  }
  return result;
}

inline Eigen::VectorXd random_normals(Eigen::Index count, std::uint64_t seed) {
  Random random(seed, 4);
  Eigen::VectorXd result(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    result(i) = random.normal();
  }
  return result;
}

}  // namespace automl::search::gp::testing
