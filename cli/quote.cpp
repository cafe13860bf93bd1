// SPDX-License-Identifier: Apache-2.0
#include "cli/quote.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <random>

#include "cli/text.hpp"

namespace automl::cli {

namespace {

constexpr int kDrawn = 400;
constexpr double kPriorSpread = 0.5;
constexpr double kPriorWeight = 2;
constexpr std::int64_t kMostTrialsDrawn = 2'000;  // larger budgets are scaled up
constexpr double kShortest_s = 1e-3;

struct Durations {
  double mean;    // of the logarithms
  double spread;  // standard deviation of the logarithms
  double count;
};

Durations fit(const std::vector<double>& durations_s) {
  Durations fitted{0, 0, static_cast<double>(durations_s.size())};
  for (const double one_s : durations_s) {
    fitted.mean += std::log(std::max(one_s, kShortest_s)) / fitted.count;
  }
  double squares = kPriorWeight * kPriorSpread * kPriorSpread;
  for (const double one_s : durations_s) {
    squares += std::pow(std::log(std::max(one_s, kShortest_s)) - fitted.mean, 2);
  }
  fitted.spread = std::sqrt(squares / (kPriorWeight + fitted.count - 1));
  return fitted;
}

double quantile(std::vector<double>& values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

std::string hours(double seconds) {
  return seconds < 360 ? number_text(seconds, 3) + " s" : number_text(seconds / 3'600, 3) + " h";
}

}  // namespace

std::int64_t slots_of(const idl::StudySpec& spec, const std::vector<idl::Node>& nodes) {
  std::int64_t room = 0;
  for (const idl::Node& node : nodes) {
    std::int64_t fits = spec.parallel;
    const auto limit = [&fits](std::int64_t have, std::int64_t want) {
      fits = want > 0 ? std::min(fits, have / want) : fits;
    };
    limit(node.cpus, spec.resources.cpus);
    limit(static_cast<std::int64_t>(node.gpus.size()), spec.resources.gpus);
    limit(node.memory_bytes, spec.resources.memory_bytes);
    room += fits;
  }
  return std::clamp<std::int64_t>(room, 1, std::max(1, spec.parallel));
}

Quote quote_of(const idl::StudySpec& spec,
               const std::vector<double>& durations_s,
               std::int64_t slots) {
  const Durations fitted = fit(durations_s);
  Quote quote;
  quote.trials = spec.budget.trials + 2 * std::int64_t{spec.compare_seeds};
  quote.slots = slots;
  const std::int64_t trials = std::min(quote.trials, kMostTrialsDrawn);
  const double scale = static_cast<double>(quote.trials) / static_cast<double>(trials);
  const double limit_s =
      spec.resources.time_s > 0 ? static_cast<double>(spec.resources.time_s) : INFINITY;
  std::mt19937_64 random(1);  // the same answer every time
  std::normal_distribution<double> normal;
  std::vector<double> walls;
  std::vector<double> works;
  for (int study = 0; study < kDrawn; ++study) {
    const double mean = fitted.mean + normal(random) * fitted.spread / std::sqrt(fitted.count);
    std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
    double wall = 0;
    double work = 0;
    for (std::int64_t trial = 0; trial < trials; ++trial) {
      double start = 0;
      if (static_cast<std::int64_t>(free_at.size()) >= slots) {
        start = free_at.top();
        free_at.pop();
      }
      const double one_s = std::min(std::exp(mean + normal(random) * fitted.spread), limit_s);
      free_at.push(start + one_s);
      wall = std::max(wall, start + one_s);
      work += one_s;
    }
    walls.push_back(wall * scale);
    works.push_back(work * scale);
  }
  const double most_s = spec.budget.time_s > 0 ? static_cast<double>(spec.budget.time_s) : INFINITY;
  quote.likely_s = std::min(quantile(walls, 0.5), most_s);
  quote.careful_s = std::min(quantile(walls, 0.9), most_s);
  quote.likely_work_s = std::min(quantile(works, 0.5), most_s * static_cast<double>(slots));
  quote.careful_work_s = std::min(quantile(works, 0.9), most_s * static_cast<double>(slots));
  return quote;
}

std::string quote_text(const Quote& quote,
                       const idl::StudySpec& spec,
                       const std::vector<double>& durations_s) {
  std::string at_once = std::to_string(quote.slots) + " at a time";
  if (quote.slots < spec.parallel) {
    at_once += " (parallel: " + std::to_string(spec.parallel) + ", but no more fit here)";
  }
  std::string text = "  quote        " + count_text(quote.trials, "trial") + ", " + at_once + ": " +
                     duration_text(std::ceil(quote.likely_s)) + " (50 %), " +
                     duration_text(std::ceil(quote.careful_s)) + " (90 %)\n";
  const auto slots = [&](int each, const char* name) {
    if (each > 0) {
      text += "               " + std::string(name) + " time " + hours(quote.likely_work_s * each) +
              " (50 %), " + hours(quote.careful_work_s * each) + " (90 %)\n";
    }
  };
  slots(spec.resources.cpus, "CPU");
  slots(spec.resources.gpus, "GPU");
  const Durations fitted = fit(durations_s);
  return text + "               from " +
         count_text(static_cast<std::int64_t>(durations_s.size()), "trial") + " of " +
         number_text(std::exp(fitted.mean), 3) + " s; durations taken as log-normal, a factor of " +
         number_text(std::exp(fitted.spread), 3) + " around that\n";
}

}  // namespace automl::cli
