// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "executor/executor.hpp"
#include "tests/simulation/nodes.hpp"
#include "tests/simulation/simulated_runner.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

// Runs attempts on simulated nodes. Keeps the contract of executor.hpp, except for one fault that
// breaks it on purpose: an attempt that appears after the executor has said that it is gone.
class SimulatedExecutor : public executor::Executor {
 public:
  using MakeRunner =
      std::function<std::unique_ptr<SimulatedRunner>(const executor::LaunchRequest&)>;

  SimulatedExecutor(World& world, Nodes& nodes) : world_(world), nodes_(nodes) {}
  void set_runners(MakeRunner make) { make_runner_ = std::move(make); }

  executor::Capabilities capabilities() const override;
  executor::LaunchResult launch(const executor::LaunchRequest& request) override;
  void cancel(const std::string& token) override;
  executor::Finding find(const std::string& token) override;
  std::vector<executor::Finding> list() override;
  std::vector<idl::Node> capacity() override { return nodes_.records(); }

  // The engine's process is a new one: it knows nothing of what `list` told the last one. What has
  // been over for long is not told again.
  void forget_reports();
  // The machine goes down with everything on it and comes up again later.
  void crash_node(const std::string& node, std::int64_t away_ms);
  // The runners and programs that are left, by their handles; empty: none.
  std::string living() const;
  std::int64_t last_activity_ms() const;
  const std::map<std::string, std::unique_ptr<SimulatedRunner>>& runners() const {
    return runners_;
  }

 private:
  executor::Finding look(const std::string& token, SimulatedRunner& runner);

  World& world_;
  Nodes& nodes_;
  MakeRunner make_runner_;
  std::map<std::string, std::unique_ptr<SimulatedRunner>> runners_;  // by token
  std::map<std::string, std::int64_t> visible_from_ms_;              // those that appear late
  std::set<std::string> to_report_;  // `list` has not told yet that they are over
};

}  // namespace automl::simulation
