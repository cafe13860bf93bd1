// SPDX-License-Identifier: Apache-2.0
#include "search/gp/candidates.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "search/gp/branches.hpp"
#include "search/levels.hpp"
#include "search/samplers/sobol_sequence.hpp"

namespace automl::search::gp {
namespace {

using Eigen::Index;

constexpr std::uint64_t kSeed = 20;  // of the sequence; the shift makes the points new each time

}  // namespace

Points Candidates::spread(Index count, const Region& region, Random& random) {
  const auto width = static_cast<Index>(map_->space().size());
  if (base_.rows() < count) {
    const SobolSequence sequence(static_cast<std::size_t>(width), kSeed);
    base_.resize(count, width);
    for (Index i = 0; i < count; ++i) {
      const std::vector<double> point = sequence.point(static_cast<std::uint64_t>(i) + 1);
      std::copy(point.begin(), point.end(), base_.row(i).data());
    }
  }
  Eigen::RowVectorXd shift(width);
  for (Index c = 0; c < width; ++c) {
    shift(c) = random.uniform();
  }
  Points result = base_.topRows(count).rowwise() + shift;
  result = result.unaryExpr([](double x) { return x < 1 ? x : x - 1; });
  result.array().rowwise() *= (region.high - region.low).array();
  result.rowwise() += region.low;
  if (!map_->plain()) {
    for (Index i = 0; i < count; ++i) {
      map_->snap(result.row(i));
    }
  }
  return result;
}

void Candidates::move(std::size_t parameter, double width, Random& random, double& unit) const {
  const Parameter& p = map_->space()[parameter];
  const std::size_t count = levels(p);
  if (count == 0) {
    const double moved = unit + width * random.normal();
    // Reflected at the bounds, so that no mass piles up there.
    unit = std::clamp(moved < 0 ? -moved : moved > 1 ? 2 - moved : moved, 0.0, 1.0);
    return;
  }
  const std::size_t level = level_at(p, unit);
  if (p.kind == Kind::kCategorical || count <= 3) {
    const std::size_t other = (level + 1 + random.below(count - 1)) % count;
    unit = level_middle(p, other);
    return;
  }
  const double step = std::max(1.0, std::abs(width * random.normal()) * static_cast<double>(count));
  const auto jump = static_cast<std::size_t>(std::min(step, static_cast<double>(count - 1)));
  const bool up = level == 0 || (level + 1 < count && random.below(2) == 0);
  const std::size_t moved = up ? std::min(level + jump, count - 1) : level - std::min(jump, level);
  unit = level_middle(p, moved);
}

// What becomes active takes a random value.
void Candidates::awaken(Eigen::RowVectorXd& point, Random& random) const {
  for (const std::size_t i : map_->varying()) {
    double& unit = point(static_cast<Index>(i));
    const double drawn = random.uniform();
    unit = std::isnan(unit) ? drawn : unit;
  }
}

Points Candidates::around(const Points& centres, Index each, double share, Random& random) const {
  constexpr std::array<double, 3> kWidths = {0.1, 0.01, 0.001};
  Points result(centres.rows() * each, centres.cols());
  const std::vector<std::size_t>& varying = map_->varying();
  for (Index row = 0; row < result.rows(); ++row) {
    Eigen::RowVectorXd point = centres.row(row / each);
    const double width = kWidths[static_cast<std::size_t>(row) % kWidths.size()];
    const std::size_t sure = varying.empty() ? 0 : varying[random.below(varying.size())];
    for (const std::size_t i : varying) {
      double& unit = point(static_cast<Index>(i));
      if ((i == sure || random.uniform() < share) && !std::isnan(unit)) {
        move(i, width, random, unit);
      }
    }
    if (map_->space().conditional()) {
      awaken(point, random);
    }
    map_->snap(point);
    result.row(row) = point;
  }
  return result;
}

Points Candidates::switched(Points points,
                            std::size_t parameter,
                            std::size_t level,
                            Random& random) const {
  for (Index row = 0; row < points.rows(); ++row) {
    Eigen::RowVectorXd point = points.row(row);
    point(static_cast<Index>(parameter)) = level_middle(map_->space()[parameter], level);
    awaken(point, random);
    map_->snap(point);
    points.row(row) = point;
  }
  return points;
}

Points Candidates::across(const Eigen::RowVectorXd& centre, Index each, Random& random) const {
  constexpr double kLeast = 0.1;
  std::vector<std::size_t> which;
  for (const std::size_t i : map_->varying()) {
    const auto copies = static_cast<std::size_t>(switches(map_->space(), i) ? 4 * each : each);
    which.insert(which.end(), copies, i);
  }
  Points result(static_cast<Index>(which.size()), centre.size());
  for (Index row = 0; row < result.rows(); ++row) {
    Eigen::RowVectorXd point = centre;
    const std::size_t i = which[static_cast<std::size_t>(row)];
    double& unit = point(static_cast<Index>(i));
    const std::size_t count = levels(map_->space()[i]);
    if (std::isnan(unit)) {
      unit = random.uniform();
    } else if (count > 0 && static_cast<double>(count) * kLeast < 1) {
      move(i, 1, random, unit);
    } else {
      // Uniformly over what is at least that far away, on a ring.
      unit += kLeast + (1 - 2 * kLeast) * random.uniform();
      unit = unit < 1 ? unit : unit - 1;
    }
    if (map_->space().conditional()) {
      awaken(point, random);
    }
    map_->snap(point);
    result.row(row) = point;
  }
  return result;
}

}  // namespace automl::search::gp
