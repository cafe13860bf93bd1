// SPDX-License-Identifier: Apache-2.0
#include "search/gp/acquisition.hpp"

#include "search/gp/normal_quantile.hpp"

namespace automl::search::gp {

Eigen::VectorXd stratified_normals(Eigen::Index count, Random& random) {
  Eigen::VectorXd normals(count);
  for (Eigen::Index s = 0; s < count; ++s) {
    normals(s) = normal_quantile((static_cast<double>(s) + 0.5) / static_cast<double>(count));
  }
  for (Eigen::Index s = count - 1; s > 0; --s) {
    std::swap(normals(s),
              normals(static_cast<Eigen::Index>(random.below(static_cast<std::uint64_t>(s + 1)))));
  }
  return normals;
}

}  // namespace automl::search::gp
