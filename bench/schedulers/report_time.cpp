// SPDX-License-Identifier: Apache-2.0
// What a report costs the engine while 10,000 trials of a study with a scheduler run: its turn with
// measurement, decision and effects in one transaction (SQLite in memory).
// usage: bench_report_time [LIVE]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "engine/core.hpp"
#include "engine/study_search.hpp"

#include "search/random.hpp"
#include "storage/sql/sql_storage.hpp"
#include "storage/sqlite/connection.hpp"

namespace {

using namespace automl;

// Processor time of this thread in microseconds, so that other programs on the machine do not
// count.
double now_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

constexpr std::int64_t kSteps = 6;
constexpr std::size_t kSampled = 500;  // of the live trials report after the first step

class Doors : public engine::Clock, public engine::Random {
 public:
  std::int64_t wall_ms() override { return 1'800'000'000'000; }
  std::int64_t monotonic_ms() override { return 5'000; }
  std::string token() override {
    std::string digits = std::to_string(++tokens_);
    return std::string(32 - digits.size(), '0') + digits;
  }
  std::int64_t seed() override { return 1; }

 private:
  std::uint64_t tokens_ = 0;
};

idl::StudySpec spec_of(const std::string& scheduler, int trials) {
  idl::StudySpec spec;
  spec.name = "s";
  spec.command = "train ${args}";
  spec.objectives.resize(1);
  spec.objectives[0].metric = "loss";
  spec.objectives[0].goal = idl::Goal::MINIMIZE;
  spec.objectives[0].rule = idl::ValueRule::BEST;
  idl::Parameter x;
  x.name = "x";
  x.kind = idl::ParameterKind::FLOAT;
  x.high = 1;
  spec.space = {x};
  spec.algorithm.name = "random";
  spec.scheduler.name = scheduler;
  spec.parallel = trials;
  spec.budget.trials = trials;
  spec.resources.cpus = 1;
  spec.seed = 7;
  return spec;
}

class LiveTrials {
 public:
  LiveTrials(const std::string& scheduler, int trials)
      : storage_(std::make_shared<storage::SqliteConnection>(":memory:")),
        core_(storage_, executor::Capabilities{"scripted"}, doors_, doors_, engine::Settings()) {
    take(core_.start());
    idl::Node node;
    node.name = "n";
    node.cpus = trials;
    node.memory_bytes = std::int64_t{1} << 50;
    turn(engine::CapacityRead{{node}});
    engine::StudySubmitted submitted;
    submitted.caller.principal = "bench";
    submitted.spec = spec_of(scheduler, trials);
    turn(submitted);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      engine::RunnerRegistered registered;
      registered.token = tokens_[i];
      registered.runner.handle = tokens_[i];
      turn(registered);
    }
  }

  std::size_t size() const { return tokens_.size(); }

  // Microseconds of the turn.
  double report(std::size_t trial, std::int64_t step, double loss) {
    engine::BatchReported event;
    event.token = tokens_[trial];
    idl::Measurement measurement;
    measurement.sequence = step;
    measurement.step = step;
    measurement.metrics = {{"loss", loss}};
    event.batch.measurements = {measurement};
    const double start = now_us();
    take(core_.turn({event}));
    return now_us() - start;
  }

 private:
  void turn(engine::Event event) {
    take(core_.turn({std::move(event)}));
    while (!waiting_.empty()) {
      std::vector<engine::Event> events = std::exchange(waiting_, {});
      take(core_.turn(std::move(events)));
    }
  }

  void take(const std::vector<engine::Effect>& effects) {
    for (const engine::Effect& effect : effects) {
      if (const auto* launch = std::get_if<engine::Launch>(&effect)) {
        tokens_.push_back(launch->request.token);
      } else if (const auto* wanted = std::get_if<engine::ComputeSuggestion>(&effect)) {
        engine::StudySearch& search = *wanted->search;
        waiting_.emplace_back(engine::Suggested{
            wanted->ticket,
            search.sampler->suggest({.history = search.learned(),
                                     .pending = search.pending,
                                     .index = static_cast<std::uint64_t>(wanted->proposal),
                                     .seed = search.seed,
                                     .count = wanted->count})});
      }
    }
  }

  Doors doors_;
  storage::SqlStorage storage_;
  engine::Core core_;
  std::vector<engine::Event> waiting_;
  std::vector<std::string> tokens_;
};

void measure(const std::string& scheduler, int trials) {
  LiveTrials live(scheduler, trials);
  search::Random random(1);
  const std::size_t sampled = std::min<std::size_t>(live.size(), kSampled);
  std::vector<double> times;
  for (std::int64_t step = 1; step <= kSteps; ++step) {
    const std::size_t reporting = step == 1 ? live.size() : sampled;
    for (std::size_t trial = 0; trial < reporting; ++trial) {
      const double us = live.report(trial, step, 1 / static_cast<double>(step) + random.uniform());
      if (step > 1) {
        times.push_back(us);
      }
    }
  }
  std::sort(times.begin(), times.end());
  std::printf("%-12s %6zu live   median %7.1f us   99 %% %7.1f us   longest %8.1f us\n",
              scheduler.empty() ? "none" : scheduler.c_str(),
              live.size(),
              times[times.size() / 2],
              times[times.size() * 99 / 100],
              times.back());
}

}  // namespace

int main(int argc, char** argv) {
  const int trials = argc > 1 ? std::atoi(argv[1]) : 10'000;
  for (const char* scheduler :
       {"", "threshold", "patience", "median", "percentile", "curve", "asha", "hyperband", "pbt"}) {
    measure(scheduler, trials);
  }
}
