// SPDX-License-Identifier: Apache-2.0
// Regret of one algorithm on the test functions, one line of JSON a run; or, with `evaluate`, a
// server of one test function for other programs: README.md.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bench/search/test_functions.hpp"
#include "search/random.hpp"
#include "search/registry.hpp"

namespace automl::bench {
namespace {

using Json = nlohmann::json;
using search::Configuration;

const std::vector<std::size_t> kBudgets = {25, 50, 100, 137, 200, 640};

struct Pending {
  std::int64_t trial;
  Configuration configuration;
};

// Asks for `parallel` trials ahead; they end in the order in which they began.
Json run(const std::string& algorithm,
         const search::Options& options,
         const std::string& name,
         std::uint64_t seed,
         std::size_t trials,
         std::size_t parallel) {
  const TestFunction f = make_test_function(name, seed);
  const auto sampler = search::make_sampler(algorithm, options, f.space);
  // Not the function's, whose optimum would be where the sampler draws sooner or later.
  const std::uint64_t own_seed = seed + 1'000'000;
  search::Random noise(seed, 14);
  search::History history;
  std::vector<Configuration> pending;
  double best = std::numeric_limits<double>::infinity();
  double told_best = best;
  std::chrono::duration<double> spent{};
  Json regrets = Json::object();
  for (std::size_t asked = 0, ended = 0; ended < trials;) {
    while (asked < trials && pending.size() < parallel) {
      const auto start = std::chrono::steady_clock::now();
      auto one = sampler->suggest({history, pending, asked, own_seed, 1});
      spent += std::chrono::steady_clock::now() - start;
      pending.push_back(one.at(0).configuration);
      ++asked;
    }
    const double regret = f.regret(pending.front());
    if (std::getenv("LOG"))
      std::fprintf(stderr, "R %zu %g\n", ended, regret);
    const double told = regret + f.noise * noise.normal();
    if (told < told_best) {
      told_best = told;
      // With noise: what the study would choose.
      best = f.noise > 0 ? regret : std::min(best, regret);
    }
    history.add(
        {static_cast<std::int64_t>(ended), pending.front(), search::Status::kComplete, told});
    pending.erase(pending.begin());
    ++ended;
    if (std::find(kBudgets.begin(), kBudgets.end(), ended) != kBudgets.end()) {
      regrets[std::to_string(ended)] = best;
    }
  }
  return {{"algorithm", algorithm},
          {"function", name},
          {"seed", seed},
          {"parallel", parallel},
          {"regret", regrets},
          {"seconds", spent.count()}};
}

// Prints the space, then a value with noise and the regret for each line of values.
int evaluate(const std::string& name, std::uint64_t seed) {
  const TestFunction f = make_test_function(name, seed);
  search::Random noise(seed, 14);
  Json space = Json::array();
  for (const search::Parameter& p : f.space.parameters()) {
    Json one = {{"name", p.name}, {"low", p.low}, {"high", p.high}, {"log", p.log}};
    one["kind"] = p.kind == search::Kind::kCategorical ? "categorical"
                  : p.kind == search::Kind::kInt       ? "int"
                                                       : "float";
    one["choices"] = p.choices;
    one["when"] = Json::array();
    for (const search::Comparison& c : p.conditions) {
      one["when"].push_back(
          {{"parameter", c.parameter}, {"relation", "=="}, {"operands", c.operands}});
    }
    space.push_back(one);
  }
  std::cout << space.dump() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    const Json given = Json::parse(line);
    Configuration c{std::vector<double>(f.space.size(), search::kInactive)};
    for (std::size_t i = 0; i < f.space.size(); ++i) {
      if (given.contains(f.space[i].name)) {
        c.values[i] = given.at(f.space[i].name);
      }
    }
    const double regret = f.regret(c);
    std::cout << Json{{"value", regret + f.noise * noise.normal()}, {"regret", regret}}.dump()
              << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace automl::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "evaluate") {
    return automl::bench::evaluate(words[1], std::strtoull(words[2].c_str(), nullptr, 10));
  }
  if (words.size() < 6) {
    std::fprintf(stderr,
                 "usage: bench_regret ALGORITHM FUNCTION|all FIRST_SEED SEEDS TRIALS PARALLEL "
                 "[OPTION=VALUE]...\n"
                 "       bench_regret evaluate FUNCTION SEED\n");
    return 2;
  }
  automl::search::Options options;
  for (std::size_t i = 6; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    options[words[i].substr(0, equals)] = words[i].substr(equals + 1);
  }
  const std::uint64_t first = std::strtoull(words[2].c_str(), nullptr, 10);
  const std::uint64_t seeds = std::strtoull(words[3].c_str(), nullptr, 10);
  for (const std::string& name : automl::bench::test_function_names()) {
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
      if (words[1] == "all" || words[1] == name) {
        std::cout << automl::bench::run(words[0],
                                        options,
                                        name,
                                        seed,
                                        std::strtoull(words[4].c_str(), nullptr, 10),
                                        std::strtoull(words[5].c_str(), nullptr, 10))
                         .dump()
                  << std::endl;
      }
    }
  }
  return 0;
}
