// SPDX-License-Identifier: Apache-2.0
#include "search/gp/hypervolume_improvement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "search/gp/log_improvement.hpp"

namespace automl::search::gp {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

constexpr std::array<std::size_t, 3> kMostPoints = {60, 30, 12};  // for 2, 3, 4 objectives
constexpr double kMargin = 0.1;                                   // of the extent
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// log of an increment EI(u) - EI(l), and its slopes by the mean and by the variance.
struct Increment {
  double value;
  double by_mean;
  double by_variance;
};

Increment increment(double low, double high, double mean, double variance) {
  const double deviation = std::sqrt(variance);
  const double z = (high - mean) / deviation;
  const LogImprovement upper = log_improvement(z);
  const double log_deviation = std::log(deviation);
  if (std::isinf(low)) {
    return {log_deviation + upper.value,
            -upper.slope / deviation,
            (1 - z * upper.slope) / (2 * variance)};
  }
  const double y = (low - mean) / deviation;
  const LogImprovement lower = log_improvement(y);
  // Close levels cancel: below this gap the slopes of the upper one do.
  const double ratio = std::min(std::exp(lower.value - upper.value), 1 - 1e-9);
  const double rest = 1 - ratio;
  return {log_deviation + upper.value + std::log(rest),
          -(upper.slope - ratio * lower.slope) / (deviation * rest),
          ((1 - z * upper.slope) - ratio * (1 - y * lower.slope)) / (2 * variance * rest)};
}

std::vector<Point> front_of(const std::vector<Point>& points) {
  std::vector<Point> front;
  const std::vector<std::size_t> numbers = front_numbers(points);
  const std::size_t most = kMostPoints.at(points.front().size() - 2);
  for (const std::size_t i : pareto_order(points)) {
    if (numbers[i] == 0 && front.size() < most) {
      front.push_back(points[i]);
    }
  }
  return front;
}

// A little beyond the worst of all points, so that the ends of the front are looked for too. With
// three or more objectives these ends would take all the volume: there beyond the worst values on
// the front, as long as it has an extent.
Point reference_of(const std::vector<Point>& front, const std::vector<Point>& points) {
  Point reference;
  const std::size_t objectives = front.front().size();
  for (std::size_t k = 0; k < objectives; ++k) {
    const auto lower = [k](const Point& a, const Point& b) { return a[k] < b[k]; };
    const auto [low, high] = std::minmax_element(front.begin(), front.end(), lower);
    const auto [best, worst] = std::minmax_element(points.begin(), points.end(), lower);
    const bool near = objectives > 2 && (*high)[k] > (*low)[k];
    const double end = near ? (*high)[k] : (*worst)[k];
    const double extent = end - (near ? (*low)[k] : (*best)[k]);
    reference.push_back(end + (extent > 0 ? kMargin * extent : 1));
  }
  return reference;
}

}  // namespace

// Sums over boxes of what each objective's mean and variance change.
struct HypervolumeImprovement::Slopes {
  VectorXd by_mean;
  VectorXd by_variance;
};

HypervolumeImprovement::HypervolumeImprovement(std::vector<Surrogate> models,
                                               std::vector<Index> eligible)
    : models_(std::move(models)), eligible_(std::move(eligible)) {
  find_front();
}

void HypervolumeImprovement::find_front() {
  const Index scenarios = models_.front().scenarios();
  std::vector<MatrixXd> fitted;
  for (const Surrogate& model : models_) {
    fitted.push_back(model.fitted());
  }
  boxes_.clear();
  for (Index s = 0; s < scenarios; ++s) {
    std::vector<Point> points;
    for (const Index row : eligible_) {
      points.emplace_back();
      for (const MatrixXd& means : fitted) {
        points.back().push_back(means(row, s));
      }
    }
    const std::vector<Point> front = front_of(points);
    if (reference_.empty()) {
      reference_ = reference_of(front, points);
    }
    boxes_.push_back(nondominated_boxes(front, reference_));
  }
}

void HypervolumeImprovement::imagine(const Points& features,
                                     Index scenarios,
                                     bool counts,
                                     Random& random) {
  if (counts) {
    eligible_.push_back(models_.front().size());
  }
  for (Surrogate& model : models_) {
    if (model.scenarios() != scenarios) {
      model.replicate(scenarios);
    }
    model.imagine(features, stratified_normals(scenarios, random));
  }
  find_front();
}

double HypervolumeImprovement::value(const std::vector<Surrogate::Evaluation>& at,
                                     Index query,
                                     Index scenario,
                                     Slopes* slopes) const {
  const std::vector<Box>& boxes = boxes_[static_cast<std::size_t>(scenario)];
  const std::size_t objectives = models_.size();
  std::vector<Increment> parts(boxes.size() * objectives);
  std::vector<double> logs(boxes.size(), 0);
  double top = -kInfinity;
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    for (std::size_t k = 0; k < objectives; ++k) {
      Increment& part = parts[b * objectives + k];
      part = increment(
          boxes[b].low[k], boxes[b].high[k], at[k].mean(query, scenario), at[k].variance(query));
      logs[b] += part.value;
    }
    top = std::max(top, logs[b]);
  }
  double sum = 0;
  for (double& log : logs) {
    log = std::exp(log - top);
    sum += log;
  }
  if (slopes != nullptr) {
    slopes->by_mean.setZero(static_cast<Index>(objectives));
    slopes->by_variance.setZero(static_cast<Index>(objectives));
    for (std::size_t b = 0; b < boxes.size(); ++b) {
      for (std::size_t k = 0; k < objectives; ++k) {
        const Increment& part = parts[b * objectives + k];
        slopes->by_mean(static_cast<Index>(k)) += logs[b] / sum * part.by_mean;
        slopes->by_variance(static_cast<Index>(k)) += logs[b] / sum * part.by_variance;
      }
    }
  }
  return top + std::log(sum);
}

VectorXd HypervolumeImprovement::values(const Points& features) const {
  std::vector<Surrogate::Evaluation> at;
  for (const Surrogate& model : models_) {
    at.push_back(model.evaluate(features, false));
  }
  const auto scenarios = static_cast<Index>(boxes_.size());
  VectorXd result(features.rows());
  VectorXd logs(scenarios);
  for (Index q = 0; q < features.rows(); ++q) {
    for (Index s = 0; s < scenarios; ++s) {
      logs(s) = value(at, q, s, nullptr);
    }
    const double top = logs.maxCoeff();
    result(q) = top + std::log((logs.array() - top).exp().mean());
  }
  return result;
}

void HypervolumeImprovement::values(const Points& features,
                                    VectorXd& values,
                                    Points& gradients) const {
  std::vector<Surrogate::Evaluation> at;
  for (const Surrogate& model : models_) {
    at.push_back(model.evaluate(features, true));
  }
  const auto scenarios = static_cast<Index>(boxes_.size());
  std::vector<MatrixXd> by_mean(models_.size(), MatrixXd(features.rows(), scenarios));
  std::vector<VectorXd> by_variance(models_.size(), VectorXd::Zero(features.rows()));
  values.resize(features.rows());
  VectorXd logs(scenarios);
  std::vector<Slopes> slopes(boxes_.size());
  for (Index q = 0; q < features.rows(); ++q) {
    for (Index s = 0; s < scenarios; ++s) {
      logs(s) = value(at, q, s, &slopes[static_cast<std::size_t>(s)]);
    }
    const double top = logs.maxCoeff();
    const VectorXd shares = (logs.array() - top).exp();
    values(q) = top + std::log(shares.mean());
    for (Index s = 0; s < scenarios; ++s) {
      const double share = shares(s) / shares.sum();
      for (std::size_t k = 0; k < models_.size(); ++k) {
        const Slopes& own = slopes[static_cast<std::size_t>(s)];
        by_mean[k](q, s) = share * own.by_mean(static_cast<Index>(k));
        by_variance[k](q) += share * own.by_variance(static_cast<Index>(k));
      }
    }
  }
  gradients.setZero(features.rows(), features.cols());
  for (std::size_t k = 0; k < models_.size(); ++k) {
    gradients += models_[k].gradient(at[k], by_mean[k], by_variance[k]);
  }
}

}  // namespace automl::search::gp
