// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/sharing.hpp"

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "tests/simulation/clients.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/nodes.hpp"
#include "tests/simulation/observer.hpp"
#include "tests/simulation/sharing_watch.hpp"
#include "tests/simulation/simulated_engine.hpp"
#include "tests/simulation/simulated_executor.hpp"
#include "tests/simulation/simulated_runner.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

namespace {

constexpr std::int32_t kSlots = 8;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kLongestMs = 300 * kMinuteMs;

idl::Node only_node() {
  idl::Node node;
  node.name = "node-0";
  node.cpus = kSlots;
  node.memory_bytes = 64LL << 30;
  return node;
}

idl::StudySpec random_sharer(Dice& dice, const std::string& name) {
  idl::Parameter lr;
  lr.name = "lr";
  lr.kind = idl::ParameterKind::FLOAT;
  lr.high = 1;
  idl::StudySpec spec;
  spec.name = name;
  spec.command = "train ${args}";
  spec.objectives.resize(1);
  spec.objectives[0].metric = "loss";
  spec.objectives[0].goal = idl::Goal::MINIMIZE;
  spec.objectives[0].rule = idl::ValueRule::LAST;
  spec.space = {lr};
  spec.algorithm.name = "sobol";
  spec.resources.cpus = 1;
  spec.retries = 1;
  spec.max_failures = 10;
  spec.parallel = static_cast<std::int32_t>(dice.between(1, 4));
  spec.priority = static_cast<std::int32_t>(dice.between(1, 4));
  spec.budget.trials = dice.between(5, 25);
  spec.seed = dice.between(0, 1'000'000);
  if (dice.chance(0.3)) {
    spec.scheduler.name = "asha";
    spec.scheduler.options = {{"reduction", "2"}};
  }
  if (dice.chance(0.6)) {
    idl::StopAndGo lending;
    lending.max_parallel = static_cast<std::int32_t>(dice.between(spec.parallel, kSlots));
    lending.stop_ratio = 0.25 * static_cast<double>(dice.between(0, 4));
    spec.__set_stop_and_go(lending);
  }
  return spec;
}

class SharedNode {
 public:
  SharedNode(std::uint64_t seed, bool trace)
      : world_(seed, trace),
        nodes_(world_, {only_node()}),
        observer_(world_, settings_, nodes_.records()),
        executor_(world_, nodes_),
        engine_(world_, observer_, executor_, settings_),
        network_(world_, nodes_, engine_),
        clients_(world_, observer_, network_) {
    world_.faults.stop();
    world_.tame = true;
    observer_.lately_unreachable = [](const std::string&) { return false; };
    executor_.set_runners([this](const executor::LaunchRequest& request) {
      return std::make_unique<SimulatedRunner>(world_, observer_, network_, request);
    });
  }

  void play() {
    engine_.start();
    plan_work();
    while (open_work_) {
      if (!world_.agenda.do_next() || world_.agenda.now_ms() > end_ms_) {
        throw Violation("it does not come to rest");
      }
      watch_.look(observer_.facts(), world_.agenda.now_ms());
    }
    observer_.check_finished();
  }

  void tell(SharingOutcome& told) {
    told.outcome.trace = std::move(world_.lines);
    told.outcome.events = engine_.events();
    told.outcome.turns = engine_.turns();
    told.outcome.simulated_ms = world_.agenda.now_ms();
    told.idle_share = watch_.idle_share();
    told.given_back = watch_.given_back();
    told.longest_give_back_ms = watch_.longest_give_back_ms();
    told.most_borrowed = watch_.most_borrowed();
  }

 private:
  std::string some_user() {
    return world_.dice.pick(std::vector<std::string>{"ada", "bob", "eve"});
  }

  void plan_work() {
    Dice& dice = world_.dice;
    for (std::int64_t i = dice.between(2, 5); i > 0; --i) {
      const idl::StudySpec spec = random_sharer(dice, "study-" + std::to_string(i));
      at_some_time(3 * kMinuteMs, [this, spec] { clients_.submit_study(spec); });
    }
    for (std::int64_t i = dice.between(0, 12); i > 0; --i) {
      idl::SessionSpec spec;
      spec.command = "train once";
      spec.resources.cpus = 1;
      at_some_time(6 * kMinuteMs, [this, spec] { clients_.submit_session(spec); });
    }
    world_.agenda.in(7 * kMinuteMs, [this] { look_whether_finished(); });
  }

  void at_some_time(std::int64_t latest_ms, std::function<void()> what) {
    world_.agenda.in(world_.dice.between(1'000, latest_ms),
                     [this, user = some_user(), what = std::move(what)] {
                       clients_.act_as(user);
                       what();
                     });
  }

  void look_whether_finished() {
    open_work_ = clients_.waiting() > 0 || !engine_.idle();
    world_.agenda.in(kMinuteMs, [this] { look_whether_finished(); });
  }

  engine::Settings settings_;
  World world_;
  Nodes nodes_;
  Observer observer_;
  SimulatedExecutor executor_;
  SimulatedEngine engine_;
  Network network_;
  Clients clients_;
  SharingWatch watch_{kSlots};
  std::int64_t end_ms_ = world_.agenda.now_ms() + kLongestMs;
  bool open_work_ = true;
};

}  // namespace

SharingOutcome simulate_sharing(std::uint64_t seed, bool trace) {
  SharingOutcome told;
  SharedNode run(seed, trace);
  try {
    run.play();
  } catch (const std::exception& error) {
    told.outcome.violation = error.what();
  }
  run.tell(told);
  return told;
}

}  // namespace automl::simulation
