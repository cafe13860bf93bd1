// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_engine.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "engine/checkpoints.hpp"
#include "engine/study_manager.hpp"

#include "storage/errors.hpp"
#include "tests/simulation/empty_store.hpp"
#include "tests/simulation/event_name.hpp"

namespace automl::simulation {

namespace {

constexpr std::int64_t kPollMs = 2'000;
constexpr std::uint64_t kRunningEveryPolls = 30;
constexpr std::int64_t kCapacityMs = 60'000;
constexpr std::int64_t kLongestWaitMs = 60'000;
constexpr std::int64_t kSweepPauseMs = 5'000;
constexpr int kMostDueAtOnce = 10;
constexpr std::size_t kEventsATurn = 8;  // seldom more

class DiceTokens : public engine::Random {
 public:
  explicit DiceTokens(Dice& dice) : dice_(dice) {}
  std::string token() override { return dice_.hex(32); }
  std::int64_t seed() override { return dice_.between(0, (1LL << 31) - 1); }

 private:
  Dice& dice_;
};

const std::string* token_of(const engine::Event& event) {
  if (const auto* registered = std::get_if<engine::RunnerRegistered>(&event)) {
    return &registered->token;
  }
  const auto* reported = std::get_if<engine::BatchReported>(&event);
  return reported == nullptr ? nullptr : &reported->token;
}

}  // namespace

SimulatedEngine::SimulatedEngine(World& world,
                                 Observer& observer,
                                 SimulatedExecutor& executor,
                                 const engine::Settings& settings)
    : world_(world),
      observer_(observer),
      executor_(executor),
      settings_(settings),
      connection_(empty_store()),
      random_(std::make_shared<DiceTokens>(world.dice)) {}

void SimulatedEngine::start() {
  if (core_) {
    return;
  }
  ++life_;
  next_wake_ms_ = 0;
  orders_until_ms_ = 0;
  turn_expected_ = false;
  sweep_expected_ = false;
  next_sweep_ms_ = 0;
  polls_ = 0;
  posted_.clear();
  executor_.forget_reports();
  try {
    storage_ = std::make_unique<WatchedStorage>(
        world_, connection_, [this](const std::vector<Change>& changes) {
          observer_.committed(changes);
        });
    core_ = std::make_unique<engine::Core>(
        *storage_, executor_.capabilities(), world_.agenda, *random_, settings_);
    world_.log([] { return "engine: starts"; });
    carry_out(core_->start());
  } catch (const Crash&) {
    return die();
  } catch (const storage::Unavailable&) {
    return die();  // the program ends with an error; somebody starts it again
  }
  try_zombie();
  world_.agenda.in(1, [this, life = life_] {
    if (life == life_) {
      read_capacity();
      poll();
    }
  });
  expect_deadline();
}

// An engine that was thought dead goes on: the store must refuse it.
void SimulatedEngine::try_zombie() {
  if (!zombie_) {
    return;
  }
  bool refused = false;
  try {
    zombie_->turn({engine::TimerFired()});
  } catch (const storage::Superseded&) {
    refused = true;
  } catch (const Crash&) {
    refused = true;
  }
  // Without a fault of the store in its way, only the fence may have stopped it.
  if (!refused && zombie_->trouble().empty()) {
    throw Violation("an engine that was taken over still writes to the store");
  }
  zombie_.reset();
  zombie_storage_.reset();
}

void SimulatedEngine::kill() {
  if (!core_) {
    return;
  }
  if (world_.faults.happens(Fault::kZombieEngine)) {
    zombie_ = std::move(core_);
    zombie_storage_ = std::move(storage_);
  }
  die();
}

void SimulatedEngine::die() {
  world_.log([] { return "engine: DIES"; });
  ++crashes_;
  ++life_;
  events_.clear();
  core_.reset();
  storage_.reset();
  connection_->rollback();
  auto callers = std::move(callers_);
  callers_.clear();
  for (auto& [call, on_reply] : callers) {
    on_reply(nullptr);
  }
  start_again();
}

void SimulatedEngine::start_again() {
  const std::int64_t away_ms = world_.faults.happens(Fault::kLongOutage)
                                   ? world_.dice.between(30'000, 900'000)
                                   : world_.dice.between(50, 3'000);
  world_.agenda.in(away_ms, [this] { start(); });
}

void SimulatedEngine::call(const std::function<engine::Event(engine::CallId)>& make,
                           OnReply on_reply) {
  const engine::CallId id = ++last_call_;
  callers_.emplace(id, std::move(on_reply));
  post(make(id));
}

void SimulatedEngine::post(engine::Event event) {
  if (core_) {
    events_.reserve(kEventsATurn);  // growing would copy records
    events_.push_back(std::move(event));
    expect_turn(world_.dice.between(0, world_.busy ? 40 : 5));
  }
}

void SimulatedEngine::expect_turn(std::int64_t delay_ms) {
  if (std::exchange(turn_expected_, true)) {
    return;
  }
  world_.agenda.in(delay_ms, [this, life = life_] {
    if (life == life_) {
      turn_expected_ = false;
      turn();
    }
  });
}

void SimulatedEngine::turn() {
  std::vector<engine::Event> events = std::exchange(events_, {});
  if (core_->deadline() <= world_.agenda.now_ms()) {
    events.emplace_back(engine::TimerFired());
  }
  if (events.empty()) {
    return expect_deadline();
  }
  world_.log([&] {
    std::string line = "turn:";
    for (const engine::Event& event : events) {
      line += " " + name_of(event);
    }
    return line;
  });
  std::vector<std::string> heard;
  const bool timer_fired = std::holds_alternative<engine::TimerFired>(events.back());
  for (const engine::Event& event : events) {
    if (const std::string* token = token_of(event)) {
      heard.push_back(*token);
    }
  }
  ++turns_;
  events_count_ += events.size();
  try {
    carry_out(core_->turn(std::move(events)));
  } catch (const Crash&) {
    return die();
  }
  if (core_->trouble().empty()) {
    for (const std::string& token : heard) {
      observer_.heard(token);
    }
    check_pause(timer_fired);
  } else {
    world_.log([this] { return "engine: trouble: " + core_->trouble(); });
  }
  if (world_.faults.possible(Fault::kCrashAtRest) && world_.dice.chance(0.01)) {
    return kill();
  }
  expect_deadline();
}

// Two things about one session may be due at once, and are done in two turns.
void SimulatedEngine::check_pause(bool timer_fired) {
  const bool still_due = timer_fired && core_->deadline() <= world_.agenda.now_ms();
  still_due_ = still_due ? still_due_ + 1 : 0;
  if (still_due_ > kMostDueAtOnce) {
    throw Violation("what is due is done and due again: the engine turns without a pause");
  }
}

void SimulatedEngine::expect_deadline() {
  const std::int64_t now_ms = world_.agenda.now_ms();
  const std::int64_t wake_ms = std::clamp(core_->deadline(), now_ms + 1, now_ms + kLongestWaitMs);
  if (next_wake_ms_ > now_ms && next_wake_ms_ <= wake_ms) {
    return;
  }
  next_wake_ms_ = wake_ms;
  world_.agenda.in(wake_ms - now_ms, [this, wake_ms, life = life_] {
    if (life == life_ && next_wake_ms_ == wake_ms) {
      expect_turn(0);
    }
  });
}

void SimulatedEngine::carry_out(std::vector<engine::Effect> effects) {
  for (engine::Effect& effect : effects) {
    if (world_.faults.happens(Fault::kCrashCarryingOut)) {
      throw Crash();
    }
    carry_out(effect);
  }
}

void SimulatedEngine::order(std::function<void()> work) {
  orders_until_ms_ =
      std::max(orders_until_ms_, world_.agenda.now_ms()) + world_.dice.between(1, 10);
  world_.agenda.in(orders_until_ms_ - world_.agenda.now_ms(),
                   [life = life_, this, work = std::move(work)] {
                     if (life == life_) {
                       work();
                     }
                   });
}

void SimulatedEngine::carry_out(engine::Effect& effect) {
  if (auto* reply = std::get_if<engine::Reply>(&effect)) {
    auto caller = callers_.extract(reply->call);
    if (caller.empty()) {
      throw Violation("a call was answered twice");
    }
    caller.mapped()(reply->payload);
  } else if (auto* launch = std::get_if<engine::Launch>(&effect)) {
    observer_.launching(launch->request);
    world_.log([&] {
      return "effect: launch " + launch->request.session_name + " #" +
             std::to_string(launch->request.attempt_number) + " as " +
             launch->request.token.substr(0, 8) + " on " + launch->request.placement.node;
    });
    order([this, request = launch->request] {
      executor::LaunchResult result = executor_.launch(request);
      posted_.erase(request.token);
      if (!world_.faults.happens(Fault::kLaunchReturnLost)) {
        post(engine::LaunchReturned{request.token, std::move(result)});
      }
    });
  } else if (auto* cancel = std::get_if<engine::CancelAttempt>(&effect)) {
    observer_.cancelling(cancel->token);
    world_.log([&] { return "effect: cancel " + cancel->token.substr(0, 8); });
    order([this, token = cancel->token] { executor_.cancel(token); });
  } else if (auto* find = std::get_if<engine::FindAttempt>(&effect)) {
    order([this, token = find->token] { post(engine::AttemptFound{executor_.find(token)}); });
  } else if (auto* suggestion = std::get_if<engine::ComputeSuggestion>(&effect)) {
    compute(*suggestion);
  } else if (std::holds_alternative<engine::SweepArtifacts>(effect)) {
    expect_sweep();
  }
}

// At once, but not twice in a short time.
void SimulatedEngine::expect_sweep() {
  if (std::exchange(sweep_expected_, true)) {
    return;
  }
  const std::int64_t now_ms = world_.agenda.now_ms();
  const std::int64_t due_ms = std::max(now_ms, next_sweep_ms_) + world_.dice.between(1, 10);
  world_.agenda.in(due_ms - now_ms, [this, life = life_] {
    if (life == life_) {
      sweep_expected_ = false;
      next_sweep_ms_ = world_.agenda.now_ms() + kSweepPauseMs;
      sweep();
    }
  });
}

// Nobody saves while the real one asks. Here somebody may, so it goes by what is written at the end
// as well.
void SimulatedEngine::sweep() {
  call(
      [](engine::CallId id) {
        return engine::Inspected{id, [](const engine::StudyManager& manager) -> engine::Payload {
                                   return engine::wanted_manifests(manager.state(),
                                                                   manager.storage());
                                 }};
      },
      [this, before = world_.disk.written()](const auto& payload) {
        const auto* known = payload ? std::get_if<engine::WantedManifests>(&*payload) : nullptr;
        if (known == nullptr) {
          return;
        }
        std::vector<std::string> wanted = known->digests;
        for (const auto& written : {before, world_.disk.written()}) {
          const std::vector<std::string> unrecorded = engine::still_wanted(written, *known);
          wanted.insert(wanted.end(), unrecorded.begin(), unrecorded.end());
        }
        world_.disk.sweep(wanted);
      });
}

void SimulatedEngine::compute(const engine::ComputeSuggestion& request) {
  const std::int64_t takes_ms = world_.faults.happens(Fault::kSlowSuggestion)
                                    ? world_.dice.between(500, 10'000)
                                    : world_.dice.between(1, 50);
  world_.agenda.in(takes_ms, [this, request, life = life_] {
    if (life != life_) {
      return;
    }
    engine::StudySearch& search = *request.search;
    post(engine::Suggested{
        request.ticket,
        search.sampler->suggest({.history = search.learned(),
                                 .pending = search.pending,
                                 .index = static_cast<std::uint64_t>(request.proposal),
                                 .seed = search.seed,
                                 .count = request.count})});
  });
}

// As engine/executor_thread.cpp does it: each state once, those that run at times.
void SimulatedEngine::poll() {
  const bool running_too = polls_++ % kRunningEveryPolls == 0;
  std::map<std::string, executor::Presence> now;
  for (executor::Finding& finding : executor_.list()) {
    const bool running = finding.presence == executor::Presence::kRunning;
    const auto before = posted_.find(finding.token);
    if (!running) {
      now.emplace(finding.token, finding.presence);
    }
    if (running ? running_too : before == posted_.end() || before->second != finding.presence) {
      post(engine::AttemptFound{std::move(finding)});
    }
  }
  posted_ = std::move(now);
  world_.agenda.in(kPollMs, [this, life = life_] {
    if (life == life_) {
      poll();
    }
  });
}

void SimulatedEngine::read_capacity() {
  post(engine::CapacityRead{executor_.capacity()});
  world_.agenda.in(kCapacityMs, [this, life = life_] {
    if (life == life_) {
      read_capacity();
    }
  });
}

}  // namespace automl::simulation
