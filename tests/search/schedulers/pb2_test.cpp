// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/pb2.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/search/random_space.hpp"
#include "tests/search/schedulers/study.hpp"

namespace automl::search {
namespace {

TEST(Pb2Exploration, GrowsWithTheLogarithmAndIsNeverImaginary) {
  EXPECT_DOUBLE_EQ(pb2_exploration(100), std::sqrt(0.2 * std::log(40.0)));
  EXPECT_DOUBLE_EQ(pb2_exploration(1), std::sqrt(0.2));
  EXPECT_DOUBLE_EQ(pb2_exploration(0), std::sqrt(0.2));
}

// Eight members whose value falls by 1 - 4 (x - best(t))^2 a step; the mean of the last x is given.
double trained_to(const std::string& what, double from, double to, std::uint64_t seed) {
  const SearchSpace space = testing::unit_cube(1);
  std::unique_ptr<Scheduler> scheduler;
  if (what == "pb2") {
    scheduler =
        std::make_unique<Pb2Scheduler>(space, Pb2Options{1, 0.25, 256, {}}, Setting{seed, false});
  } else {
    PbtOptions options;
    options.interval = 1;
    options.fraction = 0.25;
    scheduler = std::make_unique<PbtScheduler>(space, options, Setting{seed, false});
  }
  testing::Study study(*scheduler);
  std::vector<double> value(8, 0);
  for (std::int64_t trial = 0; trial < 8; ++trial) {
    study.start(trial, {0.05 + 0.1 * static_cast<double>(trial)});
  }
  for (std::int64_t step = 1; step <= 40; ++step) {
    const double best = step <= 20 ? from : to;
    for (std::int64_t trial = 0; trial < 8; ++trial) {
      const double x = study.curves.of(trial).configuration().values[0];
      double& mine = value[static_cast<std::size_t>(trial)];
      mine -= 1 - 4 * (x - best) * (x - best);
      const Verdict verdict = study.report(trial, step, mine);
      if (verdict.exploit) {
        mine = value[static_cast<std::size_t>(verdict.exploit->origin.trial)];
      }
    }
  }
  return *std::min_element(value.begin(), value.end());
}

TEST(Pb2Scheduler, FollowsAnOptimumThatMoves) {
  double pb2 = 0;
  double pbt = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    pb2 += trained_to("pb2", 0.9, 0.3, seed) / 5;
    pbt += trained_to("pbt", 0.9, 0.3, seed) / 5;
  }
  EXPECT_LT(pb2, -30);  // 40 would be perfect; staying at 0.9 gains 20 + 20 (1 - 1.44) = 11
  EXPECT_LT(pb2, pbt + 2);
}

TEST(Pb2Scheduler, PerturbsWhileItKnowsLittle) {
  const SearchSpace space = testing::unit_cube(1);
  Pb2Scheduler scheduler(space, {1, 0.25, 256, {}}, {});
  testing::Study study(scheduler);
  study.start(0);
  study.start(1);
  study.report(0, 1, 1);
  const Verdict verdict = study.report(1, 1, 2);
  ASSERT_EQ(verdict.action, Action::kExploit);
  EXPECT_THAT(verdict.reason, ::testing::HasSubstr("perturbed"));
}

TEST(Pb2Scheduler, StaysValidInAnySpaceWithAnyGains) {
  const double strange[] = {1e300, -1e300, 0, 1e-300, 5, std::nan(""), 5, 5};
  int modelled = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const SearchSpace space = testing::random_space(seed, 6);
    if (!space.valid(space.defaults())) {
      continue;
    }
    Pb2Scheduler scheduler(space, {1, 0.5, 32, {}}, {seed, false});
    testing::Study study(scheduler);
    for (std::int64_t trial = 0; trial < 4; ++trial) {
      study.start(trial, space.defaults().values);
    }
    for (std::int64_t step = 1; step <= 6; ++step) {
      for (std::int64_t trial = 0; trial < 4; ++trial) {
        const auto pick = static_cast<std::size_t>(3 * step + 5 * trial + 1) % 8;
        const Verdict verdict = study.report(trial, step, strange[pick]);
        if (verdict.exploit) {
          ASSERT_EQ(space.objection(verdict.exploit->configuration), "");
          modelled += verdict.reason.find("model") != std::string::npos ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GT(modelled, 50);
}

}  // namespace
}  // namespace automl::search
