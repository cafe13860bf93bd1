// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/many_runs.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace automl::simulation {

namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

void add(Outcome& sum, const Outcome& one) {
  sum.trials += one.trials;
  sum.trials_run += one.trials_run;
  sum.trials_early += one.trials_early;
  sum.attempts += one.attempts;
  sum.measurements += one.measurements;
  sum.crashes += one.crashes;
  sum.faults += one.faults;
  sum.events += one.events;
  sum.turns += one.turns;
  sum.simulated_ms += one.simulated_ms;
}

// Hands out seeds to all threads and collects what came of them.
class Work {
 public:
  explicit Work(const Extent& extent) : extent_(extent), next_(extent.first_seed) {}

  std::optional<std::uint64_t> next_seed() {
    const std::lock_guard lock(mutex_);
    const bool over = next_ > extent_.last_seed || made_.failed_seed ||
                      made_.sum.trials_run >= extent_.trials ||
                      seconds_since(start_) >= extent_.seconds;
    return over ? std::nullopt : std::optional(next_++);
  }

  void take(std::uint64_t seed, const Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    ++made_.runs;
    add(made_.sum, outcome);
    if (!outcome.violation.empty() && seed < made_.failed_seed.value_or(seed + 1)) {
      made_.failed_seed = seed;
      made_.sum.violation = outcome.violation;
    }
  }

  ManyRuns made() {
    made_.took_s = seconds_since(start_);
    made_.cpu_s = static_cast<double>(std::clock() - cpu_start_) / CLOCKS_PER_SEC;
    return std::move(made_);
  }

 private:
  const Extent extent_;
  const Steady::time_point start_ = Steady::now();
  const std::clock_t cpu_start_ = std::clock();
  std::mutex mutex_;
  std::uint64_t next_;
  ManyRuns made_;
};

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > 0; place -= 3) {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

}  // namespace

std::string ManyRuns::text() const {
  char rates[200];
  std::snprintf(rates,
                sizeof rates,
                "%.0f simulated hours in %.0f s (%.0f s of CPU: %.0f trials and %.0f events a CPU "
                "second)",
                static_cast<double>(sum.simulated_ms) / 3.6e6,
                took_s,
                cpu_s,
                static_cast<double>(sum.trials_run) / cpu_s,
                static_cast<double>(sum.events) / cpu_s);
  return grouped(sum.trials_run) + " simulated trials, " + grouped(sum.crashes) +
         " crashes of the engine, " + grouped(sum.faults) + " faults of all kinds, " +
         grouped(sum.attempts) + " attempts, " + grouped(sum.measurements) + " measurements\n" +
         grouped(sum.trials_early) + " of the trials were over while faults were still to come; " +
         grouped(sum.trials - sum.trials_run) + " more never ran or were driven by ask and tell\n" +
         grouped(runs) + " seeds, " + rates;
}

ManyRuns simulate_many(const Extent& extent) {
  Work work(extent);
  std::vector<std::thread> threads(std::max(1U, std::thread::hardware_concurrency()));
  for (std::thread& thread : threads) {
    thread = std::thread([&work] {
      while (const std::optional<std::uint64_t> seed = work.next_seed()) {
        work.take(*seed, simulate(*seed));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return work.made();
}

}  // namespace automl::simulation
