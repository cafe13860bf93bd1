// SPDX-License-Identifier: Apache-2.0
// Time of one suggestion, by algorithm, kind of space and number of finished trials.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "search/gp/model.hpp"
#include "search/registry.hpp"

namespace automl::search {
namespace {

Parameter number(const std::string& name, Kind kind, double low, double high, bool log) {
  Parameter p;
  p.name = name;
  p.kind = kind;
  p.low = low;
  p.high = high;
  p.log = log;
  return p;
}

SearchSpace floats(std::size_t dimensions) {
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < dimensions; ++i) {
    parameters.push_back(number("x" + std::to_string(i), Kind::kFloat, 0, 1, false));
  }
  return {std::move(parameters), {}};
}

// Ten parameters: logarithmic floats and integers, steps, categories.
SearchSpace mixed() {
  std::vector<Parameter> parameters;
  for (int i = 0; i < 10; ++i) {
    const std::string name = "x" + std::to_string(i);
    const bool category = i % 5 == 4;
    parameters.push_back(number(name,
                                category     ? Kind::kCategorical
                                : i % 2 == 0 ? Kind::kFloat
                                             : Kind::kInt,
                                1,
                                i % 3 == 0 ? 1024 : 16,
                                i % 3 == 0));
    parameters.back().choices = category ? 6 : 0;
  }
  return {std::move(parameters), {}};
}

// The same, in four branches of which one is active.
SearchSpace conditional() {
  std::vector<Parameter> parameters = mixed().parameters();
  parameters[4].choices = 4;
  for (std::size_t i = 0; i < 10; ++i) {
    if (i != 4 && i != 0) {
      const auto branch = static_cast<double>(i % 4);
      parameters[i].conditions.push_back({4, Relation::kEqual, {branch}});
    }
  }
  return {std::move(parameters), {}};
}

History random_history(const SearchSpace& space, std::int64_t trials) {
  const auto sampler = make_sampler("random", {}, space);
  History history;
  const std::vector<Configuration> nobody;
  for (std::int64_t i = 0; i < trials; ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    auto one = sampler->suggest({history, nobody, index, 7, 1});
    double value = 0;
    for (const double x : one[0].configuration.values) {
      value += std::isnan(x) ? 0 : std::pow(x - 0.3, 2);
    }
    history.add({i, std::move(one[0].configuration), Status::kComplete, value});
  }
  return history;
}

void suggestion(benchmark::State& state, const std::string& algorithm, const SearchSpace& space) {
  const History history = random_history(space, state.range(0));
  const auto sampler = make_sampler(algorithm, {}, space);
  const std::vector<Configuration> nobody;
  auto index = static_cast<std::uint64_t>(state.range(0));
  // The first call encodes the history; an engine does that trial by trial.
  sampler->suggest({history, nobody, index, 1, 1});
  for (auto _ : state) {
    benchmark::DoNotOptimize(sampler->suggest({history, nobody, ++index, 1, 1}));
  }
}

// The suggestion at which hyperparameters are fitted anew, after about so many trials.
void refit(benchmark::State& state) {
  const SearchSpace space = floats(10);
  std::size_t trials = 1;
  while (gp::next_fit(trials) <= static_cast<std::size_t>(state.range(0))) {
    trials = gp::next_fit(trials);
  }
  const History history = random_history(space, static_cast<std::int64_t>(trials));
  History before;
  for (std::size_t i = 0; i + 1 < trials; ++i) {
    before.add(history.observations()[i]);
  }
  const std::vector<Configuration> nobody;
  for (auto _ : state) {
    state.PauseTiming();
    const auto sampler = make_sampler("gp", {}, space);
    sampler->suggest({before, nobody, trials - 1, 1, 1});
    state.ResumeTiming();
    benchmark::DoNotOptimize(sampler->suggest({history, nobody, trials, 1, 1}));
  }
}
BENCHMARK(refit)->Arg(50)->Arg(100)->Arg(300)->Arg(500)->Arg(1000)->Arg(10000)->Unit(
    benchmark::kMillisecond);

BENCHMARK_CAPTURE(suggestion, random, "random", floats(10))->Arg(1000);
BENCHMARK_CAPTURE(suggestion, sobol, "sobol", floats(10))->Arg(1000);
BENCHMARK_CAPTURE(suggestion, grid, "grid", floats(10))->Arg(1000);
BENCHMARK_CAPTURE(suggestion, tpe, "tpe", floats(10))
    ->Arg(100)
    ->Arg(1000)
    ->Arg(5000)
    ->Arg(10000)
    ->Arg(20000);
BENCHMARK_CAPTURE(suggestion, tpe_mixed, "tpe", mixed())
    ->Arg(100)
    ->Arg(1000)
    ->Arg(5000)
    ->Arg(10000);
BENCHMARK_CAPTURE(suggestion, tpe_conditional, "tpe", conditional())
    ->Arg(100)
    ->Arg(1000)
    ->Arg(5000)
    ->Arg(10000);
BENCHMARK_CAPTURE(suggestion, gp, "gp", floats(10))
    ->Arg(50)
    ->Arg(100)
    ->Arg(300)
    ->Arg(500)
    ->Arg(1000)
    ->Arg(10000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(suggestion, gp_mixed, "gp", mixed())
    ->Arg(100)
    ->Arg(1000)
    ->Arg(10000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(suggestion, tpe_60, "tpe", floats(60))->Arg(100)->Arg(1000);

}  // namespace
}  // namespace automl::search

BENCHMARK_MAIN();
