// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/extrapolation.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "search/analysis/student_t.hpp"

namespace automl::search {
namespace {

constexpr std::size_t kMostPoints = 64;
constexpr double kMostWeight = 10;
constexpr double kFarthest = 10;        // in scales; a value farther out counts as this far
constexpr double kPriorVariance = 1e3;  // of c and a, in units of the noise's variance
constexpr double kPriorShape = 1;       // of the noise's inverse gamma
constexpr double kPriorRate = 1e-2;

struct Sample {
  double x;
  double y;
  double weight;
};

struct Shape {
  double prior;
  std::function<double(double)> of;  // monotone in x
};

// Families: constant, power, exponential, two logarithmic ones as one.
std::vector<Shape> shapes(double last) {
  std::vector<Shape> all;
  constexpr double kPowers[] = {0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3};
  for (const double k : kPowers) {
    all.push_back({1.0 / std::size(kPowers), [k](double x) { return std::pow(x, -k); }});
  }
  constexpr double kDecays[] = {0.03, 0.06, 0.12, 0.25, 0.5, 1, 2};
  for (const double share : kDecays) {
    const double k = share * last;
    all.push_back({1.0 / std::size(kDecays), [k](double x) { return std::exp(-x / k); }});
  }
  all.push_back({0.5, [](double x) { return std::log(x + 1); }});
  all.push_back({0.5, [](double x) { return 1 / std::log(x + 1); }});
  return all;
}

// The finite points; of long curves means of equally many neighbours.
std::vector<Sample> samples(const Trajectory& trajectory) {
  std::vector<Sample> all;
  const auto first = static_cast<double>(trajectory.points().front().step);
  for (const Trajectory::Point& point : trajectory.points()) {
    if (std::isfinite(point.value)) {
      all.push_back({static_cast<double>(point.step) - first + 1, point.value, 1});
    }
  }
  if (all.size() <= kMostPoints) {
    return all;
  }
  std::vector<Sample> binned;
  for (std::size_t bin = 0; bin < kMostPoints; ++bin) {
    const std::size_t begin = bin * all.size() / kMostPoints;
    const std::size_t end = (bin + 1) * all.size() / kMostPoints;
    const auto n = static_cast<double>(end - begin);
    Sample mean{0, 0, 1};
    for (std::size_t i = begin; i < end; ++i) {
      mean.x += all[i].x / n;
      mean.y += all[i].y / n;
    }
    binned.push_back(mean);
  }
  return binned;
}

struct Fitted {
  double evidence;  // log, up to what all shapes share
  double mean;
  double deviation;
};

// Normal-inverse-gamma regression of y on (1, phi(x)), in closed form.
Fitted regress(const std::vector<Sample>& points, const std::function<double(std::size_t)>& phi) {
  double s0 = 1 / kPriorVariance;
  double s1 = 0;
  double s2 = 1 / kPriorVariance;
  double t0 = 0;
  double t1 = 0;
  double yy = 0;
  double total = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double w = points[i].weight;
    const double f = phi(i);
    s0 += w;
    s1 += w * f;
    s2 += w * f * f;
    t0 += w * points[i].y;
    t1 += w * f * points[i].y;
    yy += w * points[i].y * points[i].y;
    total += w;
  }
  const double determinant = s0 * s2 - s1 * s1;
  const double c = (s2 * t0 - s1 * t1) / determinant;
  const double a = (s0 * t1 - s1 * t0) / determinant;
  const double shape = kPriorShape + total / 2;
  const double rate = kPriorRate + std::max(0.0, yy - c * t0 - a * t1) / 2;
  return {-std::log(determinant) / 2 - shape * std::log(rate),
          c,
          std::sqrt(rate / shape * (1 + s2 / determinant))};
}

}  // namespace

Extrapolation::Extrapolation(const Trajectory& trajectory, std::int64_t last) {
  std::vector<Sample> points = samples(trajectory);
  size_ = 0;
  for (const Sample& point : points) {
    size_ = std::max(size_, std::abs(point.y));
  }
  size_ = size_ > 0 ? size_ : 1;
  origin_ = points.back().y / size_;
  // The recent half decides the scale: a curve often begins far away from where it will go on.
  scale_ = 1e-9;
  for (std::size_t i = points.size() / 2; i < points.size(); ++i) {
    scale_ = std::max(scale_, std::abs(points[i].y / size_ - origin_));
  }
  double total = 0;
  for (Sample& point : points) {
    point.y = std::clamp((point.y / size_ - origin_) / scale_, -kFarthest, kFarthest);
    point.weight = std::exp2(-4 * (points.back().x - point.x) / points.back().x);
    total += point.weight;
  }
  for (Sample& point : points) {
    point.weight *= std::min(1.0, kMostWeight / total);
  }
  degrees_ = 2 * kPriorShape + std::min(total, kMostWeight);

  const double end =
      static_cast<double>(last) - static_cast<double>(trajectory.points().front().step) + 1;
  std::vector<Fitted> fits{regress(points, [](std::size_t) { return 0.0; })};
  std::vector<double> priors{1};
  for (const Shape& shape : shapes(end)) {
    const double at_end = shape.of(end);
    const double range = shape.of(1) - at_end;
    fits.push_back(
        regress(points, [&](std::size_t i) { return (shape.of(points[i].x) - at_end) / range; }));
    priors.push_back(shape.prior);
  }
  double highest = fits.front().evidence;
  for (const Fitted& one : fits) {
    highest = std::max(highest, one.evidence);
  }
  double sum = 0;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    const double weight = priors[i] * std::exp(fits[i].evidence - highest);
    components_.push_back({weight, fits[i].mean, fits[i].deviation});
    sum += weight;
  }
  for (Component& one : components_) {
    one.weight /= sum;
  }
}

double Extrapolation::probability_below(double limit) const {
  const double scaled = (limit / size_ - origin_) / scale_;
  double probability = 0;
  for (const Component& one : components_) {
    if (one.weight > 1e-6) {
      probability += one.weight * student_t_cdf((scaled - one.mean) / one.deviation, degrees_);
    }
  }
  return std::min(probability, 1.0);
}

double Extrapolation::most_probable() const {
  const auto best = std::max_element(
      components_.begin(), components_.end(), [](const Component& a, const Component& b) {
        return a.weight < b.weight;
      });
  return unscaled(best->mean);
}

}  // namespace automl::search
