// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <set>
#include <utility>

#include "storage/errors.hpp"
#include "tests/simulation/clients.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/nodes.hpp"
#include "tests/simulation/observer.hpp"
#include "tests/simulation/simulated_engine.hpp"
#include "tests/simulation/simulated_executor.hpp"
#include "tests/simulation/simulated_runner.hpp"
#include "tests/simulation/workload.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

namespace {

constexpr std::int64_t kMinuteMs = 60'000;
// Without faults and without a program running, nothing may stay open longer than this.
constexpr std::int64_t kPatienceMs = 30 * kMinuteMs;
constexpr std::int64_t kCheckEveryMs = 10'000;
constexpr std::uint64_t kMostSteps = 2'000'000;

// All parts of one run, wired together.
class Run {
 public:
  Run(std::uint64_t seed, bool trace)
      : world_(seed, trace),
        nodes_(world_),
        observer_(world_, settings_, nodes_.records()),
        executor_(world_, nodes_),
        engine_(world_, observer_, executor_, settings_),
        network_(world_, nodes_, engine_),
        clients_(world_, observer_, network_) {
    settings_.heartbeat_ms = 5'000;
    settings_.reply_memory_ms = 600'000;
    settings_.keep_checkpoints = static_cast<int>(world_.dice.between(1, 2));
    observer_.lately_unreachable = [this](const std::string& node) {
      return nodes_.lately_unreachable(node);
    };
    executor_.set_runners([this](const executor::LaunchRequest& request) {
      return std::make_unique<SimulatedRunner>(world_, observer_, network_, request);
    });
  }

  void play() {
    engine_.start();
    plan_work();
    plan_disasters();
    const std::int64_t faults_end_ms =
        world_.agenda.now_ms() + world_.dice.between(2, 15) * kMinuteMs;
    while (world_.agenda.now_ms() < faults_end_ms) {
      step();
    }
    all_is_well();
    while (!finished_) {
      step();
    }
    check_measurements();
  }

  void tell(Outcome& outcome) {
    outcome.trace = std::move(world_.lines);
    const Facts& facts = observer_.facts();
    outcome.trials = facts.trials.size();
    std::set<std::int64_t> ran;
    for (const auto& [key, started] : facts.started) {
      ran.insert(facts.sessions.at(key.first).study_id != 0 ? key.first : 0);
    }
    outcome.trials_run = ran.size() - ran.count(0);
    outcome.trials_early = trials_early_;
    outcome.attempts = facts.attempts.size();
    for (const auto& [key, measurements] : facts.measurements) {
      outcome.measurements += measurements.size();
    }
    outcome.crashes = engine_.crashes();
    outcome.faults = world_.faults.count();
    outcome.events = engine_.events();
    outcome.turns = engine_.turns();
    outcome.simulated_ms = world_.agenda.now_ms();
  }

 private:
  void step() {
    if (++steps_ > kMostSteps) {
      throw Violation("it does not come to rest");
    }
    if (!world_.agenda.do_next()) {
      throw Violation("nothing is left to happen");
    }
  }

  void plan_work() {
    Dice& dice = world_.dice;
    const std::int64_t studies = world_.busy ? dice.between(2, 6) : dice.between(1, 3);
    for (std::int64_t i = 0; i < studies; ++i) {
      const std::string name = "study-" + std::to_string(i);
      idl::StudySpec spec = random_study(dice, name, nodes_.records());
      if (world_.busy) {
        lengthen(dice, spec);
      }
      // The nodes are known a moment after the start.
      const std::string user = dice.chance(0.5) ? "ada" : "bob";
      world_.agenda.in(dice.between(100, kMinuteMs), [this, user, spec] {
        clients_.act_as(user);
        clients_.submit_study(spec);
      });
      plan_changes(name);
      for (std::int64_t k = std::max<std::int64_t>(0, dice.between(-2, 3)); k > 0; --k) {
        world_.agenda.in(dice.between(1'000, 4 * kMinuteMs),
                         [this, name] { clients_.edit_study(name); });
      }
      for (std::int64_t k = std::max<std::int64_t>(0, dice.between(-3, 2)); k > 0; --k) {
        world_.agenda.in(
            dice.between(kMinuteMs, 4 * kMinuteMs),
            [this, name, lr = 0.1 * static_cast<double>(k)] { clients_.enqueue(name, lr); });
      }
    }
    for (std::int64_t i = dice.between(0, 3); i > 0; --i) {
      const idl::SessionSpec spec = random_session(dice, nodes_.records());
      world_.agenda.in(dice.between(100, 2 * kMinuteMs),
                       [this, spec] { clients_.submit_session(spec); });
    }
    for (std::int64_t i = dice.between(0, 3); i > 0; --i) {
      world_.agenda.in(dice.between(1'000, 4 * kMinuteMs), [this] { stop_some_session(); });
    }
    for (std::int64_t i = std::max<std::int64_t>(0, dice.between(-2, 2)); i > 0; --i) {
      world_.agenda.in(dice.between(1'000, 4 * kMinuteMs), [this] { pause_some_session(); });
    }
  }

  // The request to go on may come too early, or never be needed.
  void pause_some_session() {
    std::vector<std::string> open;
    for (const auto& [id, session] : observer_.facts().sessions) {
      if (!ended(session.state)) {
        open.push_back(session.name);
      }
    }
    if (!open.empty()) {
      const std::string name = world_.dice.pick(open);
      clients_.change_session(name, idl::SessionAction::PAUSE);
      world_.agenda.in(world_.dice.between(1'000, kMinuteMs),
                       [this, name] { clients_.change_session(name, idl::SessionAction::RESUME); });
    }
  }

  void plan_changes(const std::string& study) {
    static const std::vector<idl::StudyAction::type> actions = {idl::StudyAction::PAUSE,
                                                                idl::StudyAction::PAUSE,
                                                                idl::StudyAction::RESUME,
                                                                idl::StudyAction::RESUME,
                                                                idl::StudyAction::STOP,
                                                                idl::StudyAction::KILL};
    for (std::int64_t i = world_.dice.between(0, 3); i > 0; --i) {
      world_.agenda.in(world_.dice.between(1'000, 4 * kMinuteMs),
                       [this, study, action = world_.dice.pick(actions)] {
                         clients_.change_study(study, action);
                         if (action == idl::StudyAction::PAUSE && world_.busy) {
                           resume_soon(study);
                         }
                       });
    }
  }

  void resume_soon(const std::string& study) {
    world_.agenda.in(world_.dice.between(1'000, 20'000),
                     [this, study] { clients_.change_study(study, idl::StudyAction::RESUME); });
  }

  void stop_some_session() {
    std::vector<std::string> open;
    for (const auto& [id, session] : observer_.facts().sessions) {
      if (!ended(session.state)) {
        open.push_back(session.name);
      }
    }
    if (!open.empty()) {
      clients_.stop_session(world_.dice.pick(open), world_.dice.chance(0.3));
    }
  }

  void plan_disasters() {
    world_.agenda.in(world_.dice.between(5'000, kMinuteMs), [this] {
      Faults& faults = world_.faults;
      const std::string node = world_.dice.pick(nodes_.records()).name;
      if (faults.happens(Fault::kPartition)) {
        const std::int64_t for_ms = world_.dice.between(1'000, 20 * kMinuteMs);
        world_.log([&] { return node + " is cut off for " + std::to_string(for_ms) + " ms"; });
        nodes_.cut(node, for_ms, world_.dice.chance(0.5));
      }
      if (faults.happens(Fault::kNodeCrash)) {
        world_.log([&] { return node + " crashes"; });
        executor_.crash_node(node, world_.dice.between(1'000, 3 * kMinuteMs));
      }
      if (faults.happens(Fault::kWallClockJump)) {
        world_.agenda.jump_wall_clock(world_.dice.between(-100, 100) * 3'600'000);
      }
      plan_disasters();
    });
  }

  void all_is_well() {
    world_.log([] { return "from here on, all is well"; });
    world_.faults.stop();
    for (const auto& [key, started] : observer_.facts().started) {
      const idl::Session& session = observer_.facts().sessions.at(key.first);
      trials_early_ +=
          key.second == session.attempts && session.study_id != 0 && ended(session.state) ? 1 : 0;
    }
    nodes_.heal();
    engine_.start();
    last_open_ms_ = world_.agenda.now_ms();
    look_whether_finished();
  }

  void look_whether_finished() {
    bool open = clients_.waiting() > 0 || !engine_.idle() || !executor_.living().empty();
    for (const auto& [id, study] : observer_.facts().studies) {
      open = open || !ended(study.state);
      if (study.state == idl::StudyState::PAUSED) {
        clients_.change_study(study.spec.name, idl::StudyAction::RESUME);
      } else if (!ended(study.state) && study.spec.command.empty()) {
        clients_.drive(study.spec.name);  // it was stopped and continued
      }
    }
    for (const auto& [id, session] : observer_.facts().sessions) {
      if (session.state == idl::SessionState::PAUSED &&
          session.stop_reason == idl::StopReason::USER) {
        open = true;
        clients_.change_session(session.name, idl::SessionAction::RESUME);
      }
    }
    if (!open) {
      observer_.check_finished();
      finished_ = true;
      return;
    }
    const std::int64_t quiet_ms =
        world_.agenda.now_ms() - std::max(last_open_ms_, executor_.last_activity_ms());
    if (quiet_ms > kPatienceMs) {
      observer_.check_finished();
      throw Violation(clients_.waiting() > 0 ? "a client waits for ever"
                      : !engine_.idle()      ? "the engine is not at rest"
                                             : "runners live on:" + executor_.living());
    }
    world_.agenda.in(kCheckEveryMs, [this] { look_whether_finished(); });
  }

  // Every acknowledged measurement is in the store exactly once with its value, and nothing else.
  void check_measurements() {
    const Facts& facts = observer_.facts();
    for (const auto& [token, runner] : executor_.runners()) {
      const auto stored = facts.measurements.find(facts.by_token.at(token));
      const std::size_t count = stored == facts.measurements.end() ? 0 : stored->second.size();
      if (static_cast<std::int64_t>(count) < runner->acknowledged()) {
        throw Violation("an acknowledged measurement is not in the store");
      }
      for (std::size_t i = 0; i < count; ++i) {
        const auto sequence = static_cast<std::int64_t>(i) + 1;
        const auto made = runner->measured().find(sequence);
        const auto kept = stored->second.find(sequence);
        if (made == runner->measured().end() || kept == stored->second.end() ||
            !same(made->second, kept->second)) {
          throw Violation("measurement " + std::to_string(sequence) +
                          " in the store is not the one that was made");
        }
      }
    }
  }

  static bool same(const idl::Measurement& a, const idl::Measurement& b) {
    if (a.step != b.step || a.time_ms != b.time_ms || a.metrics.size() != b.metrics.size()) {
      return false;
    }
    for (const auto& [metric, value] : a.metrics) {
      const auto other = b.metrics.find(metric);
      if (other == b.metrics.end() ||
          !(other->second == value || (std::isnan(value) && std::isnan(other->second)))) {
        return false;
      }
    }
    return true;
  }

  engine::Settings settings_;
  World world_;
  Nodes nodes_;
  Observer observer_;
  SimulatedExecutor executor_;
  SimulatedEngine engine_;
  Network network_;
  Clients clients_;
  std::uint64_t steps_ = 0;
  std::uint64_t trials_early_ = 0;
  std::int64_t last_open_ms_ = 0;
  bool finished_ = false;
};

}  // namespace

Outcome simulate(std::uint64_t seed, bool trace) {
  Outcome outcome;
  Run run(seed, trace);
  try {
    run.play();
  } catch (const Violation& violation) {
    outcome.violation = violation.what();
  } catch (const storage::Corruption& error) {
    outcome.violation = std::string("the store contradicts itself: ") + error.what();
  } catch (const std::exception& error) {
    outcome.violation = std::string("the engine threw: ") + error.what();
  }
  run.tell(outcome);
  return outcome;
}

}  // namespace automl::simulation
