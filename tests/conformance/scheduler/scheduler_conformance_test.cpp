// SPDX-License-Identifier: Apache-2.0
// What every scheduler promises, whatever its name. A new scheduler is covered by being registered.
#include <cmath>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>

#include "search/random.hpp"
#include "search/samplers/uniform.hpp"
#include "search/scheduler_registry.hpp"
#include "tests/search/random_space.hpp"
#include "tests/search/spaces.hpp"

namespace automl::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string text(const Verdict& verdict) {
  std::ostringstream out;
  out << static_cast<int>(verdict.action) << ' ' << verdict.reason;
  if (verdict.exploit) {
    out << ' ' << verdict.exploit->origin.trial << ' ' << verdict.exploit->origin.step;
    for (const double value : verdict.exploit->configuration.values) {
      out << ' ' << std::hexfloat << value;
    }
  }
  return out.str();
}

// A value like those of real trials, now and then none.
double draw_value(std::int64_t step, Random& random) {
  switch (random.below(20)) {
    case 0:
      return std::nan("");
    case 1:
      return random.uniform() < 0.5 ? kInfinity : -kInfinity;
    default:
      return random.uniform() + 1 / (1 + std::abs(static_cast<double>(step)));
  }
}

// What a study does next, in a disorderly way.
class Chaos {
 public:
  Chaos(const std::string& name, const SearchSpace& space, std::uint64_t seed, Options options = {})
      : name_(name), options_(std::move(options)), space_(space), seed_(seed), random_(seed, 7) {
    restart();
  }

  // `restarting`: a scheduler that has never seen the curves decides each time.
  std::vector<std::string> run(int turns, bool restarting) {
    std::vector<std::string> decisions;
    for (int turn = 0; turn < turns; ++turn) {
      if (restarting) {
        restart();
      }
      const std::uint64_t what = random_.below(12);
      if (curves.curves().size() < 3 || what == 0) {
        start();
      } else if (what == 1) {
        decisions.push_back(free_slot());
      } else if (what == 2) {
        end_one();
      } else {
        decisions.push_back(report());
      }
    }
    return decisions;
  }

  TrialCurves curves;

 private:
  void restart() { scheduler_ = make_scheduler(name_, options_, space_, {seed_, seed_ % 2 == 1}); }
  void start() {
    const auto drawn =
        draw_allowed(space_, random_, 64, [&] { return draw_uniform(space_, random_); });
    curves.start(static_cast<std::int64_t>(curves.curves().size()), drawn->configuration);
  }
  std::int64_t pick() { return static_cast<std::int64_t>(random_.below(curves.curves().size())); }
  void end_one() {
    const std::int64_t trial = pick();
    const TrialState state = curves.of(trial).state;
    if (state == TrialState::kRunning || state == TrialState::kPaused) {
      curves.set_state(trial, random_.below(2) == 0 ? TrialState::kFailed : TrialState::kComplete);
    }
  }
  std::string free_slot() {
    const auto resume = scheduler_->on_slot_free(curves);
    if (!resume) {
      return "none";
    }
    EXPECT_TRUE(curves.index_of(resume->trial));
    EXPECT_EQ(curves.of(resume->trial).state, TrialState::kPaused);
    EXPECT_FALSE(resume->reason.empty());
    curves.set_state(resume->trial, TrialState::kRunning);
    return "resume " + std::to_string(resume->trial) + resume->reason;
  }
  // Mostly the next step, else one that is skipped to, late or repeated; also from trials that have
  // been stopped but do not know it yet.
  std::string report() {
    const std::int64_t trial = pick();
    const std::vector<Report>& reports = curves.of(trial).reports;
    std::int64_t step = reports.empty() ? 0 : reports.back().step;
    const std::uint64_t how = random_.below(10);
    step += how < 6    ? 1
            : how == 6 ? 1 + static_cast<std::int64_t>(random_.below(20))
            : how == 7 ? -static_cast<std::int64_t>(random_.below(5))
            : how == 8 ? 0
                       : 2;
    curves.report(trial, step, draw_value(step, random_));
    const Verdict verdict = scheduler_->on_measurement(curves, trial);
    EXPECT_FALSE(verdict.reason.empty());
    EXPECT_EQ(verdict.action == Action::kExploit, verdict.exploit.has_value());
    if (curves.of(trial).state == TrialState::kRunning) {
      carry_out(trial, verdict);
    }
    return text(verdict);
  }
  void carry_out(std::int64_t trial, const Verdict& verdict) {
    if (verdict.action == Action::kPause) {
      curves.set_state(trial, TrialState::kPaused);
    } else if (verdict.action == Action::kStop) {
      curves.set_state(trial, TrialState::kStopped);
    } else if (verdict.action == Action::kExploit) {
      const Origin origin = verdict.exploit->origin;
      EXPECT_EQ(space_.objection(verdict.exploit->configuration), "");
      EXPECT_NE(origin.trial, trial);
      ASSERT_TRUE(curves.index_of(origin.trial));
      const Curve& source = curves.of(origin.trial);
      EXPECT_NE(source.state, TrialState::kFailed);
      EXPECT_NE(source.state, TrialState::kStopped);
      bool reported = false;
      for (const Report& one : source.reports) {
        reported = reported || one.step == origin.step;
      }
      EXPECT_TRUE(reported);
      curves.exploit(trial, origin, verdict.exploit->configuration);
    }
  }

  std::string name_;
  Options options_;
  const SearchSpace& space_;
  std::uint64_t seed_;
  Random random_;
  std::unique_ptr<Scheduler> scheduler_;
};

class SchedulerConformance : public ::testing::TestWithParam<std::string> {};

bool has_a_configuration(const SearchSpace& space) {
  Random random(1);
  return draw_allowed(space, random, 64, [&] { return draw_uniform(space, random); }).has_value();
}

TEST_P(SchedulerConformance, DecidesSensiblyAndTheSameAfterARestartAtAnyMoment) {
  int interventions = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const SearchSpace space = testing::random_space(seed, 5);
    if (!has_a_configuration(space)) {
      continue;
    }
    const auto through = Chaos(GetParam(), space, seed).run(600, false);
    const auto restarted = Chaos(GetParam(), space, seed).run(600, true);
    ASSERT_EQ(through, restarted);
    for (const std::string& decision : through) {
      interventions += decision[0] == '1' || decision[0] == '2' || decision[0] == '3' ? 1 : 0;
    }
  }
  EXPECT_GT(interventions, 20);  // the property is not an empty one
}

TEST(Populations, TakeTurnsTheSameAfterARestartAtAnyMoment) {
  const SearchSpace space = testing::unit_cube(2);
  for (const std::string name : {"pbt", "pb2"}) {
    int resumed = 0;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      SCOPED_TRACE(name + " " + std::to_string(seed));
      const Options options = {{"population", "6"}, {"interval", "2"}};
      const auto through = Chaos(name, space, seed, options).run(600, false);
      ASSERT_EQ(through, Chaos(name, space, seed, options).run(600, true));
      for (const std::string& decision : through) {
        resumed += decision.rfind("resume", 0) == 0 ? 1 : 0;
      }
    }
    EXPECT_GT(resumed, 10);
  }
}

TEST_P(SchedulerConformance, OneSchedulerMayServeTwoLogs) {
  const SearchSpace space = testing::unit_cube(2);
  Chaos first(GetParam(), space, 1);
  Chaos second(GetParam(), space, 2);
  first.run(200, false);
  second.run(200, false);
  const auto both = make_scheduler(GetParam(), {}, space, {5, false});
  for (int round = 0; round < 3; ++round) {
    for (Chaos* one : {&first, &second}) {
      one->curves.report(0, 100 * (round + 1), 0.5);
      const auto alone = make_scheduler(GetParam(), {}, space, {5, false});
      EXPECT_EQ(text(both->on_measurement(one->curves, 0)),
                text(alone->on_measurement(one->curves, 0)));
    }
  }
}

TEST_P(SchedulerConformance, TheFirstTrialAloneGoesOn) {
  const SearchSpace space = testing::unit_cube(1);
  const auto scheduler = make_scheduler(
      GetParam(),
      GetParam() == "hyperband" || GetParam() == "bohb" ? Options{{"variant", "stop"}} : Options{},
      space,
      {});
  TrialCurves curves;
  EXPECT_FALSE(scheduler->on_slot_free(curves));
  curves.start(3, {{0.5}});
  EXPECT_FALSE(scheduler->on_slot_free(curves));
  for (std::int64_t step = 1; step <= 40; ++step) {
    curves.report(3, step, 1 / static_cast<double>(step));
    EXPECT_EQ(scheduler->on_measurement(curves, 3).action, Action::kProceed);
  }
}

TEST_P(SchedulerConformance, ARepeatedReportDecidesNothing) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const SearchSpace space = testing::unit_cube(1);
    Chaos chaos(GetParam(), space, seed);
    chaos.run(200, false);
    const auto scheduler = make_scheduler(GetParam(), {}, space, {seed, false});
    for (const Curve& curve : std::vector<Curve>(chaos.curves.curves())) {
      if (curve.reports.size() > curve.legs.back().first_report) {
        chaos.curves.report(curve.trial, curve.reports.back().step, -1e6);
        EXPECT_EQ(scheduler->on_measurement(chaos.curves, curve.trial).action, Action::kProceed);
      }
    }
  }
}

TEST_P(SchedulerConformance, StrangeStepsAndValuesAreSurvived) {
  const SearchSpace space = testing::unit_cube(1);
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const std::int64_t steps[] = {0, -1, kLeast, kMost, 1, kMost - 1, 7, kLeast + 1};
  const double values[] = {1e308, -1e308, 5e-324, -0.0, kInfinity, std::nan(""), 1};
  const auto scheduler = make_scheduler(GetParam(), {}, space, {});
  TrialCurves curves;
  std::size_t turn = 0;
  for (std::int64_t trial = -4; trial < 12; ++trial) {
    curves.start(trial, {{0.5}});
    for (std::size_t i = 0; i < 8; ++i) {
      curves.report(trial, steps[(turn + i) % 8], values[(turn + i) % 7]);
      EXPECT_FALSE(scheduler->on_measurement(curves, trial).reason.empty());
    }
    curves.set_state(trial, trial % 2 == 0 ? TrialState::kComplete : TrialState::kPaused);
    scheduler->on_slot_free(curves);
    ++turn;
  }
}

INSTANTIATE_TEST_SUITE_P(Registry,
                         SchedulerConformance,
                         ::testing::ValuesIn(scheduler_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace automl::search
