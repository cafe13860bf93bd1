// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include <Eigen/Core>

namespace automl::search::gp {

// A strictly increasing map (flat only above the winsorising limit) from observed values, to be
// minimised, to values that a Gaussian process with mean 0 and variance 1 likes: outliers at the
// bad end, beyond what the first trials found, are drawn in, then Yeo-Johnson's power transform
// (Biometrika 87, 2000) with its most likely exponent removes skewness, then mean 0 and variance 1.
//
// The power transform bends at a point of its own, where it tells values apart the most: their
// mean, or, of values over several powers of ten (`kFromBest`), the best one, where the unit then
// is the distance from it within which a third of the values lie. An exponent below 0 comes close
// to the logarithm of that distance.
//
// Outcome constraints, met up to 0, are drawn in on both sides of 0 instead: sign(x) log(1 + |x|)
// of the values in units of their median size (Eriksson and Poloczek, "Scalable constrained
// Bayesian optimization", AISTATS 2021, section 3), then mean 0 and variance 1. This bends at 0,
// which a smooth constraint does not; so there is one with mean 0 and variance 1 alone, too.
class OutputTransform {
 public:
  enum class Kind {
    kObjective,
    kFromBest,
    kTradeOff,          // one of several objectives
    kConstraint,        // an outcome constraint
    kLinearConstraint,  // one that is not drawn in
  };

  // Learns from at least one finite value. Nothing up to `apart` is drawn in.
  explicit OutputTransform(const std::vector<double>& values,
                           Kind kind = Kind::kObjective,
                           double apart = -std::numeric_limits<double>::infinity());

  double operator()(double value) const;
  // The value that a transformed one stands for; within the range of the values learnt from.
  double inverse(double transformed) const;
  // Log of the slope at a value; 0 beyond the winsorising limit.
  double log_slope(double value) const;
  double exponent() const { return lambda_; }

 private:
  double standard(double value) const;
  double of_constraint(double value) const;  // drawn in or not, before mean and deviation
  void learn_constraint(const std::vector<double>& values);

  bool constraint_ = false;
  bool linear_ = false;
  double unit_ = 1;    // values are divided by it first, so that nothing overflows
  double limit_ = 0;   // worse ones count as this (in units)
  double centre_ = 0;  // before the power
  double spread_ = 1;
  double lambda_ = 1;
  double mean_ = 0;  // after it
  double deviation_ = 1;
};

// What a trial gives before the search has learnt: the median of the first (20) values. Unlike the
// median of all it stays where it is when the search comes back to the best place ever again.
double typical_value(const std::vector<double>& values, std::size_t first = 20);

// Yeo-Johnson's transform and its inverse.
double yeo_johnson(double x, double lambda);
double yeo_johnson_inverse(double y, double lambda);

}  // namespace automl::search::gp
