// SPDX-License-Identifier: Apache-2.0
#include "engine/session_queue.hpp"

#include <rapidcheck.h>
#include <set>

#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

constexpr std::int64_t kGiB = 1LL << 30;

idl::Resources resources(int cpus, int gpus, std::int64_t memory_bytes = 0) {
  idl::Resources wanted;
  wanted.cpus = cpus;
  wanted.gpus = gpus;
  wanted.memory_bytes = memory_bytes;
  return wanted;
}

idl::SessionSpec session(int cpus, int gpus = 0, std::int64_t memory_bytes = 0) {
  idl::SessionSpec spec;
  spec.command = "train";
  spec.resources = resources(cpus, gpus, memory_bytes);
  return spec;
}

TEST(Placement, TakesTheFirstNodeThatFits) {
  EngineState state;
  state.nodes = {node_of("small", 2, 0, kGiB), node_of("large", 8, 2, 16 * kGiB)};
  EXPECT_EQ(place(state, resources(1, 0))->node, "small");
  EXPECT_EQ(place(state, resources(3, 0))->node, "large");
  EXPECT_EQ(place(state, resources(1, 2))->gpus, (std::vector<std::int32_t>{0, 1}));
  EXPECT_EQ(place(state, resources(1, 0, 2 * kGiB))->node, "large");
  EXPECT_FALSE(place(state, resources(9, 0)));
  EXPECT_FALSE(possible(state, resources(9, 0)));
  EXPECT_TRUE(possible(state, resources(8, 2, 16 * kGiB)));
  EXPECT_EQ(largest_node(state), "8 CPUs, 16 GiB, 2 GPUs");
}

TEST(Placement, ANodesResourcesDontAddUpWithAnothers) {
  EngineState state;
  state.nodes = {node_of("a", 4, 0, kGiB), node_of("b", 4, 0, kGiB)};
  EXPECT_FALSE(possible(state, resources(5, 0)));
  EXPECT_EQ(shortage(state, resources(5, 0)), "waiting for 1 CPU");
}

TEST(Placement, UnknownNodesMeanWait) {
  const EngineState state;
  EXPECT_TRUE(possible(state, resources(1'000, 0)));
  EXPECT_EQ(shortage(state, resources(1, 0)), "waiting for the first look at the nodes");
}

TEST(SessionQueue, GpusAreNeverSharedWhileHeld) {
  DrivenCore engine;
  for (int i = 0; i < 6; ++i) {
    engine.submit_session(session(1, 1));
  }
  const auto launched = engine.take_launches();
  ASSERT_EQ(launched.size(), 4U);
  std::set<std::int32_t> gpus;
  for (const auto& launch : launched) {
    gpus.insert(launch.placement.gpus.begin(), launch.placement.gpus.end());
  }
  EXPECT_EQ(gpus, (std::set<std::int32_t>{0, 1, 2, 3}));
  engine.register_runner(launched[2].token);
  engine.finish(launched[2].token, exited(0));
  const auto next = engine.take_launches();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next.front().placement.gpus, launched[2].placement.gpus);
}

TEST(SessionQueue, AStoppingSessionKeepsItsGpuUntilItIsGone) {
  DrivenCore engine;
  engine.submit_session(session(1, 4));
  const auto held = engine.take_launches();
  ASSERT_EQ(held.size(), 1U);
  engine.register_runner(held.front().token);
  engine.submit_session(session(1, 1));
  engine.stop_session(held.front().session_name);
  EXPECT_TRUE(engine.take_launches().empty());
  engine.find(held.front().token, executor::Presence::kGone);
  EXPECT_EQ(engine.take_launches().size(), 1U);
}

TEST(SessionQueue, SmallSessionsPassALargeOneForFiveMinutesOnly) {
  DrivenCore engine;
  engine.submit_session(session(5));
  const auto running = engine.take_launches();
  engine.register_runner(running.front().token);
  engine.submit_session(session(8));  // waits for the whole node
  engine.submit_session(session(1));
  const auto passed = engine.take_launches();
  ASSERT_EQ(passed.size(), 1U) << "a small one passes";
  engine.register_runner(passed.front().token);
  for (int minute = 0; minute < 31; ++minute) {
    engine.wait_ms(10'000);
    engine.report(running.front().token, {});
    engine.report(passed.front().token, {});
  }
  engine.submit_session(session(1));
  EXPECT_TRUE(engine.take_launches().empty()) << "nobody passes any more";
  engine.finish(running.front().token, exited(0));
  EXPECT_TRUE(engine.take_launches().empty()) << "the large one waits for the small one";
  engine.finish(passed.front().token, exited(0));
  const auto large = engine.take_launches();
  ASSERT_EQ(large.size(), 1U);
  EXPECT_EQ(large.front().resources.cpus, 8);
}

TEST(SessionQueue, WhatNoNodeCanHoldIsRefusedAtOnce) {
  DrivenCore engine;
  EXPECT_EQ(refusal(engine.submit_session(session(9))),
            "invalid: no node has these resources; the largest has 8 CPUs, 64 GiB, 4 GPUs");
  idl::StudySpec spec = small_study("s");
  spec.resources.gpus = 5;
  EXPECT_EQ(refusal(engine.submit(spec)),
            "invalid: resources: no node has that much; the largest has 8 CPUs, 64 GiB, 4 GPUs");
}

TEST(SessionQueue, AFailedLaunchBacksOffAndIsRepeatedWithANewToken) {
  DrivenCore engine;
  engine.submit_session(session(1));
  const std::string first = engine.take_token();
  executor::LaunchResult failed;
  failed.error = "busy";
  engine.turn(LaunchReturned{first, failed});
  EXPECT_TRUE(engine.take_launches().empty());
  engine.wait_ms(999);
  EXPECT_TRUE(engine.take_launches().empty());
  engine.wait_ms(2);
  EXPECT_NE(engine.take_token(), first);
}

TEST(SessionQueue, ALaunchThatCanNeverSucceedFailsTheSession) {
  DrivenCore engine;
  const Payload submitted = engine.submit_session(session(1));
  executor::LaunchResult failed;
  failed.error = "no such partition";
  failed.retry = false;
  engine.turn(LaunchReturned{engine.take_token(), failed});
  const idl::Session ended =
      engine.session(std::get<idl::SubmitSessionReply>(submitted).session.id);
  EXPECT_EQ(ended.state, idl::SessionState::FAILED);
  EXPECT_EQ(ended.reason, "no such partition");
}

TEST(SessionQueue, APausedStudyLaunchesNothingNew) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  engine.change("s", idl::StudyAction::PAUSE);
  engine.report(token, {measured(1, 1)});
  engine.finish(token, exited(0));
  EXPECT_EQ(engine.trial("s", 0).state, idl::TrialState::COMPLETE) << "running ones finish";
  EXPECT_TRUE(engine.take_launches().empty());
  engine.change("s", idl::StudyAction::RESUME);
  EXPECT_EQ(engine.take_launches().size(), 1U);
}

TEST(SessionQueue, AnExecutorThatPlacesItselfGetsEverything) {
  DrivenCore engine({}, {"cluster", true, true});
  for (int i = 0; i < 20; ++i) {
    engine.submit_session(session(8, 4));
  }
  const auto launched = engine.take_launches();
  ASSERT_EQ(launched.size(), 20U);
  EXPECT_TRUE(launched.front().placement.node.empty());
}

// Attempts that hold a place: launched, and neither finished nor found to be gone.
class Held {
 public:
  explicit Held(DrivenCore& engine) : engine_(engine) {}

  void collect() {
    for (executor::LaunchRequest& launch : engine_.take_launches()) {
      launches_.push_back(std::move(launch));
    }
  }
  bool empty() const { return launches_.empty(); }
  executor::LaunchRequest& at(unsigned which) { return launches_[which % launches_.size()]; }
  void register_runner(const std::string& token) {
    engine_.register_runner(token);
    registered_.insert(token);
  }
  // Before its runner has registered nothing of an attempt uses its place: it is given up when it
  // is cancelled, in the same breath.
  void release_cancelled() {
    for (const std::string& token : engine_.take_cancelled()) {
      if (registered_.count(token) == 0) {
        release(token);
      }
    }
  }
  void release(const std::string& token) {
    std::erase_if(launches_, [&](const auto& launch) { return launch.token == token; });
  }

  void check() const {
    std::int64_t cpus = 0;
    std::int64_t memory_bytes = 0;
    std::set<std::int32_t> gpus;
    for (const executor::LaunchRequest& launch : launches_) {
      cpus += launch.placement.cpus;
      memory_bytes += launch.placement.memory_bytes;
      RC_ASSERT(static_cast<int>(launch.placement.gpus.size()) == launch.resources.gpus);
      for (const std::int32_t gpu : launch.placement.gpus) {
        RC_ASSERT(gpu >= 0 && gpu < 4);
        RC_ASSERT(gpus.insert(gpu).second);
      }
    }
    RC_ASSERT(cpus <= 8);
    RC_ASSERT(memory_bytes <= 64 * kGiB);
  }

 private:
  DrivenCore& engine_;
  std::vector<executor::LaunchRequest> launches_;
  std::set<std::string> registered_;
};

void happen(DrivenCore& engine, Held& held, unsigned what, unsigned which) {
  if (what < 4 || held.empty()) {
    engine.submit_session(session(
        1 + static_cast<int>(which % 8), static_cast<int>(which / 8 % 5), which % 33 * kGiB));
    return;
  }
  const executor::LaunchRequest launch = held.at(which);
  if (what == 4) {
    held.register_runner(launch.token);
  } else if (what == 5) {
    held.register_runner(launch.token);
    engine.finish(launch.token, exited(static_cast<int>(which % 2)));
    held.release(launch.token);
  } else if (what == 6) {
    engine.stop_session(launch.session_name, true);
  } else if (what == 7) {
    held.release(launch.token);  // its successor may be launched in the same turn
    engine.find(launch.token, executor::Presence::kGone);
  } else if (what == 8) {
    engine.find(launch.token, executor::Presence::kUnreachable);
  } else {
    engine.restart();
  }
  engine.wait_ms(1'001);
}

TEST(SessionQueue, NothingIsEverGivenToTwo) {
  EXPECT_TRUE(rc::check("exclusive GPUs, CPUs and memory within the node, all given back", [] {
    DrivenCore engine;
    Held held(engine);
    const auto length = *rc::gen::inRange(1, 40);
    for (int i = 0; i < length; ++i) {
      happen(engine, held, *rc::gen::inRange(0U, 10U), *rc::gen::inRange(0U, 1'000U));
      held.release_cancelled();
      held.collect();
      held.check();
    }
    for (int i = 0; i < 400 && !held.empty(); ++i) {
      const std::string token = held.at(0).token;
      held.release(token);
      engine.find(token, executor::Presence::kGone);
      engine.wait_ms(1'001);
      held.collect();
      held.check();
    }
    RC_ASSERT(held.empty());
    engine.submit_session(session(8, 4, 64 * kGiB));
    RC_ASSERT(engine.take_launches().size() == 1U);
  }));
}

}  // namespace

}  // namespace automl::engine
