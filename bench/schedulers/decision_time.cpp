// SPDX-License-Identifier: Apache-2.0
// Time of one decision by scheduler, among many live and as many complete trials.
// usage: bench_decision_time [LIVE [REPORTS_EACH [DECISIONS]]]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "search/random.hpp"
#include "search/scheduler_registry.hpp"
#include "search/schedulers/stop_and_go.hpp"

namespace automl::search {
namespace {

// Processor time of this thread in microseconds, so that other programs on the machine do not
// count.
double now_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double microseconds(double since_us) { return now_us() - since_us; }

SearchSpace floats(std::size_t dimensions) {
  std::vector<Parameter> parameters(dimensions);
  for (std::size_t i = 0; i < dimensions; ++i) {
    parameters[i].name = "x" + std::to_string(i);
  }
  return {std::move(parameters), {}};
}

double value(std::int64_t trial, std::int64_t step, Random& random) {
  const double end = 0.2 + 0.6 * static_cast<double>(trial * 7919 % 1000) / 1000;
  return end + std::pow(static_cast<double>(step), -0.7) + 0.01 * random.normal();
}

// As many complete as live trials, with as many reports.
TrialCurves population(std::size_t dimensions, std::int64_t live, std::int64_t reports) {
  TrialCurves curves;
  Random random(1);
  for (std::int64_t trial = 0; trial < 2 * live; ++trial) {
    Configuration configuration;
    for (std::size_t i = 0; i < dimensions; ++i) {
      configuration.values.push_back(random.uniform());
    }
    curves.start(trial, std::move(configuration));
  }
  for (std::int64_t step = 1; step <= reports; ++step) {
    for (std::int64_t trial = 0; trial < 2 * live; ++trial) {
      curves.report(trial, step, value(trial, step, random));
    }
  }
  for (std::int64_t trial = live; trial < 2 * live; ++trial) {
    curves.set_state(trial, TrialState::kComplete);
  }
  return curves;
}

struct Times {
  std::vector<double> all;

  void print(const std::string& what) {
    if (all.empty()) {
      return;
    }
    std::sort(all.begin(), all.end());
    std::printf("%-32s%8zu%12.1f%12.1f%12.1f\n",
                what.c_str(),
                all.size(),
                all[all.size() / 2],
                all[all.size() * 99 / 100],
                all.back());
  }
};

void measure(const std::string& title,
             const std::string& name,
             const Options& options,
             std::int64_t live,
             std::int64_t reports,
             std::int64_t decisions) {
  constexpr std::size_t kDimensions = 5;
  const SearchSpace space = floats(kDimensions);
  const auto scheduler = make_scheduler(name, options, space, {1, false});
  TrialCurves curves = population(kDimensions, live, reports);
  Random random(2);
  Times replay;
  Times verdicts;
  Times exploits;
  Times slots;
  auto start = now_us();
  scheduler->on_measurement(curves, 0);
  replay.all.push_back(microseconds(start));
  for (std::int64_t i = 0; i < decisions; ++i) {
    const std::int64_t trial = i * 17 % live;
    const std::int64_t step = curves.of(trial).reports.back().step + 1;
    curves.report(trial, step, value(trial, step, random));
    start = now_us();
    const Verdict verdict = scheduler->on_measurement(curves, trial);
    const double took = microseconds(start);
    (verdict.action == Action::kExploit ? exploits : verdicts).all.push_back(took);
    if (verdict.action == Action::kPause) {
      curves.set_state(trial, TrialState::kPaused);
    }
    start = now_us();
    scheduler->on_slot_free(curves);
    slots.all.push_back(microseconds(start));
  }
  verdicts.print(title);
  exploits.print(title + ", exploits");
  slots.print(title + ", free slot");
  replay.print(title + ", after a restart");
}

void measure_stop_and_go(std::int64_t live, std::int64_t reports) {
  const TrialCurves curves = population(1, live, reports);
  StopAndGo decide({1, 1 << 20, 0.5});
  Pools pools;
  for (std::int64_t trial = 0; trial < 2 * live; ++trial) {
    (trial < live ? pools.live : pools.stopped).push_back(trial);
  }
  Times balances;
  Times burials;
  decide.balance(curves, pools, {0, 0});
  for (int i = 0; i < 20; ++i) {
    auto start = now_us();
    decide.balance(curves, pools, i % 2 == 0 ? Demand{100, 0} : Demand{0, 100});
    balances.all.push_back(microseconds(start));
    start = now_us();
    decide.bury(curves, pools, i);
    burials.all.push_back(microseconds(start));
  }
  balances.print("stop-and-go, balance");
  burials.print("stop-and-go, bury");
}

}  // namespace
}  // namespace automl::search

int main(int argc, char** argv) {
  const std::int64_t live = argc > 1 ? std::atoll(argv[1]) : 10'000;
  const std::int64_t reports = argc > 2 ? std::atoll(argv[2]) : 25;
  const std::int64_t decisions = argc > 3 ? std::atoll(argv[3]) : 2000;
  if (live < 1 || reports < 1 || decisions < 1) {
    std::fprintf(stderr, "usage: bench_decision_time [LIVE [REPORTS_EACH [DECISIONS]]]\n");
    return 2;
  }
  std::printf("%lld live and as many complete trials of %lld reports each; microseconds\n",
              static_cast<long long>(live),
              static_cast<long long>(reports));
  std::printf("%-32s%8s%12s%12s%12s\n", "", "calls", "median", "99 %", "longest");
  for (const std::string& name : automl::search::scheduler_names()) {
    // A decision at every report where there is an interval.
    const bool population = name == "pbt" || name == "pb2";
    automl::search::measure(
        name,
        name,
        population ? automl::search::Options{{"interval", "1"}} : automl::search::Options{},
        live,
        reports,
        decisions);
  }
  automl::search::measure(
      "asha, promoting", "asha", {{"variant", "promote"}}, live, reports, decisions);
  automl::search::measure_stop_and_go(live, reports);
  return 0;
}
