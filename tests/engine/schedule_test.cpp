// SPDX-License-Identifier: Apache-2.0
#include "engine/schedule.hpp"

#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "search/random.hpp"
#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

struct Case {
  std::string scheduler;
  std::map<std::string, std::string> options;
};

const std::vector<Case> kCases = {
    {"median", {{"startup", "1"}}},
    {"percentile", {{"startup", "1"}, {"keep", "50"}}},
    {"patience", {{"steps", "2"}}},
    {"threshold", {{"upper", "8"}}},
    {"asha", {{"reduction", "2"}}},
    {"asha", {{"reduction", "2"}, {"variant", "promote"}, {"max", "8"}}},
    {"hyperband", {{"reduction", "2"}, {"max", "8"}}},
    {"bohb", {{"reduction", "2"}, {"max", "8"}}},
    {"pbt", {{"interval", "2"}}},
    {"pb2", {{"interval", "2"}}},
    {"curve", {{"max", "10"}, {"points", "2"}}},
};

idl::StudySpec spec_of(const Case& one) {
  idl::StudySpec spec = small_study("s");
  spec.algorithm.name = one.scheduler == "bohb" ? "tpe" : "random";
  spec.scheduler.name = one.scheduler;
  spec.scheduler.options = one.options;
  spec.parallel = 3;
  spec.budget.trials = 12;
  spec.retries = 2;
  spec.max_failures = 0;
  return spec;
}

// Not a number equals nothing, not even itself.
idl::ScheduleEvent comparable(idl::ScheduleEvent event) {
  event.value = std::isnan(event.value) ? -1e9 : event.value;
  event.time_ms = 0;
  return event;
}

std::vector<idl::ScheduleEvent> comparable(std::vector<idl::ScheduleEvent> events) {
  for (idl::ScheduleEvent& event : events) {
    event = comparable(event);
  }
  return events;
}

// A study whose trials report in any disorder, fail, get lost and end, from one seed.
class Script {
 public:
  Script(const Case& one, std::uint64_t seed) : random_(seed) {
    EXPECT_EQ(refusal(engine_.submit(spec_of(one))), "");
    register_launched();
  }

  void play(int moves, const std::function<bool()>& restarts) {
    for (int i = 0; i < moves && !running_.empty(); ++i) {
      if (restarts()) {
        engine_.restart();
      }
      move();
      register_launched();
    }
  }

  std::vector<idl::ScheduleEvent> schedule() {
    return engine_.storage().load_schedule(engine_.study("s").id);
  }

 private:
  struct Runner {
    std::string token;
    std::int64_t sequence = 0;
    bool asked = false;
  };

  std::uint64_t draw(std::uint64_t below) { return random_.below(below); }

  void register_launched() {
    for (const auto& launch : engine_.take_launches()) {
      engine_.register_runner(launch.token);
      running_.push_back({launch.token});
    }
  }

  double some_value() {
    const std::uint64_t kind = draw(20);
    return kind == 0   ? std::nan("")
           : kind == 1 ? std::numeric_limits<double>::infinity()
                       : static_cast<double>(draw(100)) / 10;
  }

  void report(Runner& runner) {
    std::vector<idl::Measurement> batch(1 + draw(3));
    for (idl::Measurement& measurement : batch) {
      measurement.sequence = ++runner.sequence;
      // In order, but at times late, far ahead, or repeated.
      measurement.step = draw(5) == 0 ? static_cast<std::int64_t>(draw(12)) : runner.sequence;
      measurement.metrics = {{draw(10) == 0 ? "other" : "loss", some_value()}};
    }
    if (draw(8) == 0) {
      engine_.report(runner.token, batch);  // the reply was lost
    }
    const Payload reply = engine_.report(runner.token, batch);
    const auto* verdict = std::get_if<idl::ReportReply>(&reply);
    runner.asked = verdict != nullptr && verdict->verdict.action != idl::VerdictAction::PROCEED;
  }

  void move() {
    const std::size_t at = draw(running_.size());
    Runner& runner = running_[at];
    const std::uint64_t kind = draw(12);
    if (kind < 8 && !runner.asked) {
      return report(runner);
    }
    const std::string token = runner.token;
    const bool asked = runner.asked;
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(at));
    if (kind == 0) {
      engine_.find(token, executor::Presence::kGone);
    } else if (kind == 1) {
      engine_.finish(token, exited(1));
    } else {
      engine_.finish(token, asked && kind < 10 ? ended(idl::ExitCause::STOPPED) : exited(0));
    }
  }

  search::Random random_;
  DrivenCore engine_;
  std::vector<Runner> running_;
};

TEST(Schedule, ARestartAtAnyPointChangesNoDecision) {
  std::map<std::string, std::set<int>> decided;
  for (std::uint64_t seed = 0; seed < 6 * kCases.size(); ++seed) {
    const Case& one = kCases[seed % kCases.size()];
    Script plain(one, seed);
    plain.play(150, [] { return false; });
    Script restarted(one, seed);
    search::Random dice(seed + 1'000);
    restarted.play(150, [&] { return dice.below(5) == 0; });
    const auto events = comparable(plain.schedule());
    ASSERT_EQ(events, comparable(restarted.schedule())) << one.scheduler << ", seed " << seed;
    for (const idl::ScheduleEvent& event : events) {
      decided[one.scheduler].insert(event.decision);
    }
  }
  for (const Case& one : kCases) {
    const bool population = one.scheduler == "pbt" || one.scheduler == "pb2";
    EXPECT_TRUE(population || decided[one.scheduler].size() > 1) << one.scheduler;
  }
}

TEST(Schedule, AReplayOfTheStoredEventsGivesTheSameDecisions) {
  for (std::uint64_t seed = 0; seed < 3 * kCases.size(); ++seed) {
    const Case& one = kCases[seed % kCases.size()];
    Script script(one, seed);
    script.play(150, [] { return false; });
    Schedule replay(spec_of(one));
    for (const idl::ScheduleEvent& event : script.schedule()) {
      if (event.kind != idl::ScheduleEventKind::REPORT) {
        replay.take_up(event);
        continue;
      }
      const idl::ScheduleEvent again = replay.report(
          event.trial, event.step, event.value, [](const search::Origin&) { return std::nullopt; });
      ASSERT_EQ(comparable(again), comparable(event)) << one.scheduler << ", seed " << seed;
    }
  }
}

TEST(Schedule, EventsMustFollowEachOther) {
  Schedule schedule(spec_of(kCases[0]));
  idl::ScheduleEvent event;
  event.position = 2;
  event.kind = idl::ScheduleEventKind::START;
  EXPECT_THROW(schedule.take_up(event), std::invalid_argument);
  event.position = 1;
  event.kind = idl::ScheduleEventKind::REPORT;
  EXPECT_THROW(schedule.take_up(event), std::invalid_argument);  // of a trial that never began
}

idl::ScheduleEvent event_of(std::int64_t trial, idl::ScheduleEventKind::type kind) {
  idl::ScheduleEvent event;
  event.kind = kind;
  event.trial = trial;
  event.configuration.resize(1);
  event.configuration[0].parameter = "x";
  event.configuration[0].value.__set_real(0.5);
  return event;
}

TEST(Schedule, WhatADonorTakesOverAfterTheDecisionIsNoPartOfIt) {
  using Kind = idl::ScheduleEventKind;
  idl::StudySpec spec = spec_of({"pbt", {{"interval", "1"}}});
  spec.__set_stop_and_go({});
  Schedule schedule(spec);
  for (int trial = 0; trial < 3; ++trial) {
    schedule.happened(event_of(trial, Kind::START));
  }
  for (int times = 0; times < 5; ++times) {  // of these the curves know nothing
    schedule.happened(event_of(2, Kind::PREEMPT));
    schedule.happened(event_of(2, Kind::REVIVE));
  }
  const auto exploit = [&](std::int64_t trial, std::int64_t donor, Kind::type kind) {
    idl::ScheduleEvent event = event_of(trial, kind);
    event.step = 1;
    event.decision = kind == Kind::REPORT ? idl::Decision::EXPLOIT : idl::Decision::PROCEED;
    event.__set_donor(donor);
    event.donor_step = 1;
    schedule.happened(event);
  };
  exploit(1, 0, Kind::REPORT);
  exploit(0, 2, Kind::EXPLOIT);
  exploit(1, 0, Kind::EXPLOIT);
  const std::vector<search::Ancestor> found = search::lineage(schedule.curves(), 1);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].trial, 0);
}

TEST(Schedule, AnExploitWithoutACheckpointLeavesTheTrialAsItIs) {
  Schedule schedule(spec_of({"pbt", {{"interval", "1"}, {"fraction", "0.5"}}}));
  for (int trial = 0; trial < 2; ++trial) {
    schedule.happened(event_of(trial, idl::ScheduleEventKind::START));
  }
  const auto none = [](const search::Origin&) { return std::nullopt; };
  schedule.report(0, 1, 1, none);
  const idl::ScheduleEvent event = schedule.report(1, 1, 2, none);
  EXPECT_EQ(event.decision, idl::Decision::PROCEED);
  EXPECT_EQ(event.donor, 0);
  EXPECT_NE(event.reason.find("; but that one has saved no checkpoint"), std::string::npos)
      << event.reason;
  EXPECT_EQ(schedule.pending(1), nullptr);
  const idl::ScheduleEvent later = schedule.report(1, 2, 3, [](const search::Origin& origin) {
    return std::optional(Schedule::Source{{}, origin.step - 1});
  });
  EXPECT_EQ(later.decision, idl::Decision::EXPLOIT);
  EXPECT_EQ(later.configuration.size(), 1U);
  EXPECT_EQ(later.donor_step, 0);
  EXPECT_NE(schedule.pending(1), nullptr);
}

}  // namespace

}  // namespace automl::engine
