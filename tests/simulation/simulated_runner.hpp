// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "executor/executor.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/observer.hpp"
#include "tests/simulation/program.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

// One attempt on its node: the runner's process, the program it runs, and what is on its disk
// (spool and result), which survives the runner.
class SimulatedRunner {
 public:
  SimulatedRunner(World& world,
                  Observer& observer,
                  Network& network,
                  const executor::LaunchRequest& request);

  void start(std::int64_t delay_ms);
  // Its process lives and does nothing at all.
  void hang() { alive_ = true; }
  // A new process that only passes on what is on the disk.
  void deliver();
  void kill_runner();
  void kill_program();

  bool alive() const { return alive_; }
  bool program_alive() const { return program_.has_value(); }
  const std::optional<idl::ExitReport>& exit() const { return exit_; }
  // Nothing of it is left, and nothing is to be told any more.
  bool over() const { return !alive_ && !program_ && (!exit_ || spool_.empty()); }
  bool everything_reported() const { return spool_.empty(); }
  const std::string& node() const { return request_.placement.node; }
  const std::string& handle() const { return handle_; }
  const std::string& token() const { return request_.token; }
  std::int64_t last_activity_ms() const { return last_activity_ms_; }
  // All measurements the program ever made, and how many were acknowledged.
  const std::map<std::int64_t, idl::Measurement>& measured() const { return measured_; }
  std::int64_t acknowledged() const { return acknowledged_; }

 private:
  using Handler = void (SimulatedRunner::*)(const engine::Payload&);

  // Calls again and again until it gets an answer other than Unavailable.
  void call(Network::MakeEvent make, Handler on_answer);
  void later(std::int64_t delay_ms, void (SimulatedRunner::*what)());
  Program some_program(const std::vector<std::string>& metrics);
  void in_program(std::int64_t delay_ms, std::function<void()> what);

  void call_register();
  void on_registered(const engine::Payload& payload);
  // What the program finds in its checkpoint folder, as stages/restore_checkpoint.cpp does it.
  void restore(const idl::RunnerOrder& order);
  void save();
  void run(const idl::RunnerOrder& order);
  void next_report(std::size_t index);
  void stop_program(const idl::Verdict& verdict);
  void end_program(const idl::ExitReport& exit);

  void flush();
  void heartbeat();
  void send_batch();
  void on_reported(const engine::Payload& payload);
  void send_finish();
  void on_finished(const engine::Payload& payload);
  void give_way();

  World& world_;
  Observer& observer_;
  Network& network_;
  executor::LaunchRequest request_;
  std::string handle_;

  bool alive_ = false;
  std::uint64_t life_ = 0;  // what an earlier process waited for is void
  std::uint64_t program_life_ = 0;
  bool calling_ = false;
  std::int64_t back_off_ms_ = 200;
  std::int64_t last_call_ms_ = 0;
  bool stopping_ = false;
  std::optional<Program> program_;

  std::int64_t session_id_ = 0;
  std::int64_t last_step_ = -1;
  std::int64_t last_checkpoint_ = 0;
  std::optional<idl::Checkpoint> restored_;
  bool donor_damaged_ = false;                // what was to be taken over could not be read
  std::vector<idl::Checkpoint> checkpoints_;  // saved, and not yet reported
  std::size_t sent_checkpoints_ = 0;          // of them, in the present call
  bool start_told_ = false;

  // On the disk.
  std::optional<idl::Checkpoint> start_;  // where it is not what was ordered
  std::deque<idl::Measurement> spool_;
  std::int64_t sequence_ = 0;
  std::optional<idl::ExitReport> exit_;

  std::map<std::int64_t, idl::Measurement> measured_;
  std::int64_t acknowledged_ = 0;
  std::int64_t last_activity_ms_ = 0;
};

}  // namespace automl::simulation
