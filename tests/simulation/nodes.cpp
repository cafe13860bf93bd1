// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/nodes.hpp"

#include <algorithm>
#include <utility>

namespace automl::simulation {

namespace {

constexpr std::int64_t kLatelyMs = 60'000;

std::int64_t until(const std::map<std::string, std::int64_t>& times, const std::string& node) {
  const auto found = times.find(node);
  return found == times.end() ? 0 : found->second;
}

}  // namespace

Nodes::Nodes(World& world) : world_(world) {
  const auto count = world.dice.between(1, 3);
  for (std::int64_t i = 0; i < count; ++i) {
    idl::Node node;
    node.name = "node-" + std::to_string(i);
    node.cpus = static_cast<std::int32_t>(world.dice.between(2, world.busy ? 12 : 4));
    node.memory_bytes = world.dice.between(2, 8) << 30;
    const auto gpus = world.dice.between(i == 0 ? 1 : 0, 3);
    for (std::int32_t index = 0; index < gpus; ++index) {
      idl::Gpu gpu;
      gpu.index = index;
      gpu.name = "simulated";
      gpu.memory_bytes = 16LL << 30;
      node.gpus.push_back(gpu);
    }
    records_.push_back(std::move(node));
  }
}

Nodes::Nodes(World& world, std::vector<idl::Node> records)
    : world_(world), records_(std::move(records)) {}

bool Nodes::cut_off(const std::string& node) const {
  return until(cut_until_ms_, node) > world_.agenda.now_ms();
}

bool Nodes::unreachable(const std::string& node) const {
  return until(unreachable_until_ms_, node) > world_.agenda.now_ms();
}

bool Nodes::lately_unreachable(const std::string& node) const {
  return until(unreachable_until_ms_, node) + kLatelyMs > world_.agenda.now_ms();
}

void Nodes::cut(const std::string& node, std::int64_t for_ms, bool from_executor_too) {
  const std::int64_t end_ms = world_.agenda.now_ms() + for_ms;
  cut_until_ms_[node] = std::max(until(cut_until_ms_, node), end_ms);
  if (from_executor_too) {
    unreachable_until_ms_[node] = std::max(until(unreachable_until_ms_, node), end_ms);
  }
}

void Nodes::heal() {
  const std::int64_t now_ms = world_.agenda.now_ms();
  for (auto* times : {&cut_until_ms_, &unreachable_until_ms_}) {
    for (auto& [node, end_ms] : *times) {
      end_ms = std::min(end_ms, now_ms);
    }
  }
}

}  // namespace automl::simulation
