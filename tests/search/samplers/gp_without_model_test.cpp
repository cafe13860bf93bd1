// SPDX-License-Identifier: Apache-2.0
// Where most of the space gives no hint: one value everywhere, a constraint that is only met or
// not, failures.
#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/samplers/gp.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

using ::testing::HasSubstr;

constexpr int kTrials = 50;
constexpr double kSide = 0.2236;  // of a square, 5 % of the space

bool inside(const Configuration& c, std::uint64_t seed) {
  const double low = 0.1 + 0.06 * static_cast<double>(seed);
  return c.values[0] > low && c.values[0] < low + kSide && c.values[1] > 0.9 - low - kSide &&
         c.values[1] < 0.9 - low;
}

using Ending = std::function<Observation(const Configuration&, bool inside)>;

// How many trials of a search end inside.
int found(const Ending& ending, std::uint64_t seed) {
  const SearchSpace space = testing::unit_cube(2);
  GpSampler sampler(space, {});
  History history;
  int hits = 0;
  for (int i = 0; i < kTrials; ++i) {
    const Configuration c =
        sampler.suggest({history, {}, static_cast<std::uint64_t>(i), seed, 1}).at(0).configuration;
    const bool hit = inside(c, seed);
    Observation observation = ending(c, hit);
    observation.trial = i;
    observation.configuration = c;
    history.add(observation);
    hits += hit ? 1 : 0;
  }
  return hits;
}

// Searches of 10 that had at least so many trials inside. Of 50 points at random 2.5 are.
int searches_with(int inside, const Ending& ending) {
  int searches = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    searches += found(ending, seed) >= inside ? 1 : 0;
  }
  return searches;
}

double slope(const Configuration& c) { return c.values[0]; }

TEST(GpSampler, LeavesAPlateau) {
  EXPECT_GE(searches_with(5,
                          [](const Configuration& c, bool inside) {
                            return Observation{0, {}, Status::kComplete, inside ? slope(c) : 2.0};
                          }),
            7);
}

TEST(GpSampler, FindsWhereAConstraintIsMetThatGivesNoHint) {
  EXPECT_GE(searches_with(
                4,
                [](const Configuration& c, bool inside) {
                  return Observation{0, {}, Status::kComplete, slope(c), {}, {inside ? -1.0 : 1.0}};
                }),
            7);
}

TEST(GpSampler, GoesOnFromTheFirstSuccessAmongFailures) {
  EXPECT_GE(searches_with(
                5,
                [](const Configuration& c, bool inside) {
                  return Observation{0, {}, inside ? Status::kComplete : Status::kFailed, slope(c)};
                }),
            7);
}

TEST(GpSampler, SaysThatItIsOnAPlateau) {
  const SearchSpace space = testing::unit_cube(2);
  History history;
  for (int i = 0; i < 12; ++i) {
    history.add({i, {{0.08 * i, 0.5}}, Status::kComplete, i < 7 ? 3.0 : 2.0});
  }
  EXPECT_THAT(GpSampler(space, {}).suggest({history, {}, 12, 1, 1}).at(0).reason,
              HasSubstr("5 of the last 8 trials are exactly as good as the best"));
}

}  // namespace
}  // namespace automl::search
