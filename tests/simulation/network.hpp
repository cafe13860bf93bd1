// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/event.hpp"

#include "tests/simulation/nodes.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

class SimulatedEngine;

// Between callers and the engine: requests and replies get lost, come twice, late, out of order.
class Network {
 public:
  using MakeEvent = std::function<engine::Event(engine::CallId)>;
  // Null: the call failed or timed out, whether it took effect is unknown.
  using Answer = std::shared_ptr<const engine::Payload>;
  using Answered = std::function<void(const Answer&)>;
  // Called at the moment the engine gives an answer, before the network can do anything to it.
  using Given = std::function<void(const engine::Payload&)>;

  Network(World& world, const Nodes& nodes, SimulatedEngine& engine)
      : world_(world), nodes_(nodes), engine_(engine) {}

  // `node`: where the caller is; empty: beside the engine. `answered` is called exactly once.
  void call(const std::string& node, MakeEvent make, Answered answered, Given given = {});

 private:
  struct Call;
  void send(std::shared_ptr<Call> call);
  void arrive(std::shared_ptr<Call> call);
  void reply(std::shared_ptr<Call> call, Answer payload);
  std::int64_t latency_ms();

  World& world_;
  const Nodes& nodes_;
  SimulatedEngine& engine_;
};

}  // namespace automl::simulation
