// SPDX-License-Identifier: Apache-2.0
#include "search/gp/bounded_lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

namespace automl::search::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kSufficient = 1e-4;  // Armijo's constant
constexpr double kShortest = 1e-10;   // a step this short is given up

struct Pair {
  VectorXd step;
  VectorXd change;
  double inverse;  // 1 / (step · change)
};

// One start under way.
class Descent {
 public:
  Descent(const VectorXd& point, const VectorXd& low, const VectorXd& high)
      : low_(low), high_(high), trial_(point.cwiseMax(low).cwiseMin(high)) {}

  bool running() const { return running_; }
  const VectorXd& trial() const { return trial_; }
  const VectorXd& best() const { return point_.size() > 0 ? point_ : trial_; }
  double value() const { return value_; }

  // Takes value and gradient at trial() and chooses the next one, or ends.
  void advance(double value, const VectorXd& gradient, const LbfgsOptions& options) {
    const bool usable = std::isfinite(value) && gradient.allFinite();
    if (point_.size() == 0) {
      running_ = usable;
      if (usable) {
        accept(value, gradient);
        turn(options);
      }
      return;
    }
    const VectorXd step = trial_ - point_;
    const double slope = gradient_.dot(step);
    if (!usable || value > value_ + kSufficient * std::min(slope, 0.0)) {
      shorten(usable ? value : std::numeric_limits<double>::infinity(), slope);
      return;
    }
    remember(step, gradient - gradient_, options.memory);
    const double gain = value_ - value;
    accept(value, gradient);
    if (gain < options.value_tolerance) {
      running_ = false;
      return;
    }
    turn(options);
  }

 private:
  void accept(double value, const VectorXd& gradient) {
    point_ = trial_;
    value_ = value;
    gradient_ = gradient;
  }

  void remember(const VectorXd& step, const VectorXd& change, int memory) {
    const double product = step.dot(change);
    if (product > 1e-12 * change.squaredNorm()) {
      pairs_.push_back({step, change, 1 / product});
      if (static_cast<int>(pairs_.size()) > memory) {
        pairs_.pop_front();
      }
    }
  }

  // Gradient without the variables that a bound holds back.
  VectorXd free_gradient() const {
    VectorXd free = gradient_;
    for (Index i = 0; i < free.size(); ++i) {
      const bool held = (point_(i) <= low_(i) && free(i) > 0) ||
                        (point_(i) >= high_(i) && free(i) < 0) || low_(i) >= high_(i);
      free(i) = held ? 0 : free(i);
    }
    return free;
  }

  void turn(const LbfgsOptions& options) {
    const VectorXd free = free_gradient();
    if (free.size() == 0 || free.lpNorm<Eigen::Infinity>() < options.gradient_tolerance) {
      running_ = false;
      return;
    }
    direction_ = -quasi_newton(free);
    direction_ = (free.array() == 0).select(0, direction_);
    if (pairs_.empty() || direction_.dot(free) > -1e-12 * direction_.norm() * free.norm()) {
      pairs_.clear();
      direction_ = -free * (options.first_step / free.norm());
    }
    length_ = 1;
    trial_ = (point_ + direction_).cwiseMax(low_).cwiseMin(high_);
  }

  // Two-loop recursion (Nocedal and Wright, algorithm 7.4).
  VectorXd quasi_newton(VectorXd vector) const {
    std::vector<double> weights(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      weights[i] = pairs_[i].inverse * pairs_[i].step.dot(vector);
      vector -= weights[i] * pairs_[i].change;
    }
    if (!pairs_.empty()) {
      vector /= pairs_.back().inverse * pairs_.back().change.squaredNorm();
    }
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      vector += (weights[i] - pairs_[i].inverse * pairs_[i].change.dot(vector)) * pairs_[i].step;
    }
    return vector;
  }

  void shorten(double value, double slope) {
    // The minimum of the parabola through value, slope and the value just met.
    const double rise = value - value_ - slope;
    const double fit = slope < 0 && std::isfinite(rise) && rise > 0 ? -slope / (2 * rise) : 0.1;
    length_ *= std::clamp(fit, 0.1, 0.5);
    if (length_ < kShortest) {
      running_ = false;
      return;
    }
    trial_ = (point_ + length_ * direction_).cwiseMax(low_).cwiseMin(high_);
  }

  VectorXd low_;
  VectorXd high_;
  VectorXd trial_;
  VectorXd point_;  // empty before the first value
  VectorXd gradient_;
  VectorXd direction_;
  double value_ = std::numeric_limits<double>::infinity();
  double length_ = 1;
  std::deque<Pair> pairs_;
  bool running_ = true;
};

}  // namespace

Minima minimize(const BatchObjective& objective,
                const Points& starts,
                const Points& low,
                const Points& high,
                const LbfgsOptions& options) {
  std::vector<Descent> descents;
  for (Index i = 0; i < starts.rows(); ++i) {
    descents.emplace_back(starts.row(i), low.row(i), high.row(i));
  }
  Minima result;
  VectorXd values;
  Points gradients;
  for (; result.rounds < options.rounds; ++result.rounds) {
    std::vector<Index> which;
    for (Index i = 0; i < starts.rows(); ++i) {
      if (descents[static_cast<std::size_t>(i)].running()) {
        which.push_back(i);
      }
    }
    if (which.empty()) {
      break;
    }
    const auto count = static_cast<Index>(which.size());
    Points points(count, starts.cols());
    for (Index i = 0; i < count; ++i) {
      points.row(i) =
          descents[static_cast<std::size_t>(which[static_cast<std::size_t>(i)])].trial();
    }
    values.resize(count);
    gradients.resize(count, starts.cols());
    objective(which, points, values, gradients);
    for (Index i = 0; i < count; ++i) {
      Descent& descent = descents[static_cast<std::size_t>(which[static_cast<std::size_t>(i)])];
      descent.advance(values(i), gradients.row(i), options);
    }
  }
  result.points.resize(starts.rows(), starts.cols());
  result.values.resize(starts.rows());
  for (Index i = 0; i < starts.rows(); ++i) {
    result.points.row(i) = descents[static_cast<std::size_t>(i)].best();
    result.values(i) = descents[static_cast<std::size_t>(i)].value();
  }
  return result;
}

}  // namespace automl::search::gp
