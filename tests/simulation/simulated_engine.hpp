// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/core.hpp"
#include "engine/study_manager.hpp"

#include "storage/sqlite/connection.hpp"
#include "tests/simulation/observer.hpp"
#include "tests/simulation/simulated_executor.hpp"
#include "tests/simulation/watched_storage.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

// The engine's process: the real core with what its event loop does around it, over a real SQLite
// database in memory. The process dies and is started again; the database stays.
class SimulatedEngine {
 public:
  // Null: the engine died before it answered.
  using OnReply = std::function<void(const std::shared_ptr<const engine::Payload>&)>;

  SimulatedEngine(World& world,
                  Observer& observer,
                  SimulatedExecutor& executor,
                  const engine::Settings& settings);

  void start();
  bool up() const { return core_ != nullptr; }
  // The process dies at rest, between two turns.
  void kill();
  // `on_reply` gets nothing when the process dies before it has answered.
  void call(const std::function<engine::Event(engine::CallId)>& make, OnReply on_reply);
  bool idle() const { return core_ && core_->idle(); }
  std::uint64_t crashes() const { return crashes_; }
  std::uint64_t turns() const { return turns_; }
  std::uint64_t events() const { return events_count_; }

 private:
  void post(engine::Event event);
  void expect_turn(std::int64_t delay_ms);
  void turn();
  void die();
  void start_again();
  void try_zombie();
  void check_pause(bool timer_fired);
  void expect_deadline();
  void carry_out(std::vector<engine::Effect> effects);
  void carry_out(engine::Effect& effect);
  // The executor's thread takes orders one after the other.
  void order(std::function<void()> work);
  void poll();
  void read_capacity();
  // As engine/artifact_sweeper.cpp does it.
  void expect_sweep();
  void sweep();
  void compute(const engine::ComputeSuggestion& request);

  World& world_;
  Observer& observer_;
  SimulatedExecutor& executor_;
  const engine::Settings& settings_;
  std::shared_ptr<storage::SqliteConnection> connection_;
  std::shared_ptr<engine::Random> random_;

  std::uint64_t life_ = 0;  // counts processes: what an earlier one ordered is void
  std::unique_ptr<WatchedStorage> storage_;
  std::unique_ptr<engine::Core> core_;
  std::unique_ptr<WatchedStorage> zombie_storage_;
  std::unique_ptr<engine::Core> zombie_;
  std::vector<engine::Event> events_;
  bool turn_expected_ = false;
  std::int64_t next_wake_ms_ = 0;
  bool sweep_expected_ = false;
  std::int64_t next_sweep_ms_ = 0;
  int still_due_ = 0;  // turns in a row
  std::int64_t orders_until_ms_ = 0;
  std::uint64_t polls_ = 0;
  std::map<std::string, executor::Presence> posted_;
  engine::CallId last_call_ = 0;
  std::map<engine::CallId, OnReply> callers_;
  std::uint64_t crashes_ = 0;
  std::uint64_t turns_ = 0;
  std::uint64_t events_count_ = 0;
};

}  // namespace automl::simulation
