// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace automl::search {

// Repeated measurements of one configuration.
struct Repeats {
  std::size_t count = 0;    // finite values
  std::size_t missing = 0;  // failed runs and values that are not finite
  double mean = 0;
  double deviation = 0;   // of one run, from count - 1; 0 for a single run
  double half_width = 0;  // the mean's confidence interval is mean ± half_width; 0 for a single run
};

// Is the winner better than the baseline? All values are to be minimised.
struct RunComparison {
  Repeats winner;
  Repeats baseline;
  double gain = 0;  // mean of the baseline minus mean of the winner: positive is better
  // Confidence interval of the gain, and P(gain > 0 | the runs). Unset when nothing is known of the
  // spread: each has one run at most, or one has none.
  struct Interval {
    double low;
    double high;
  };
  std::optional<Interval> interval;
  std::optional<double> probability_better;
};

// `confidence` in (0, 1). With x the winner's n runs and y the baseline's m runs:
//   a = s_x^2 / n,  b = s_y^2 / m,  t = (mean y - mean x) / sqrt(a + b),
//   v = (a + b)^2 / (a^2 / (n - 1) + b^2 / (m - 1))
// (Welch, Biometrika 34, 1947). The interval is gain ± t_v sqrt(a + b), and P(better) = T_v(t), T_v
// being Student's distribution function: what an approximation of the Behrens-Fisher posterior
// under flat priors of means and log deviations gives. Where one side has a single run, both
// are taken to spread as the other does. Runs that all agree leave no doubt: P is 0, 1/2 or 1.
//
// The run that made a trial the winner must not be among `winner`: it was chosen for its luck.
RunComparison compare(const std::vector<double>& winner,
                      const std::vector<double>& baseline,
                      double confidence = 0.95);

}  // namespace automl::search
