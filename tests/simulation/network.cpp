// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/network.hpp"

#include <memory>
#include <utility>

#include "tests/simulation/simulated_engine.hpp"

namespace automl::simulation {

namespace {

constexpr std::int64_t kTimeoutMs = 30'000;

}  // namespace

// Shared by the copies of a request, its replies and its time-out: the first that comes counts.
struct Network::Call {
  std::string node;
  MakeEvent make;
  Answered answered;
  Given given;
  bool over = false;

  void end(const Answer& payload) {
    if (!std::exchange(over, true)) {
      answered(payload);
    }
  }
};

void Network::call(const std::string& node, MakeEvent make, Answered answered, Given given) {
  auto call = std::make_shared<Call>(
      Call{node, std::move(make), std::move(answered), std::move(given), false});
  world_.agenda.in(kTimeoutMs, [call] { call->end(nullptr); });
  send(call);
  if (world_.faults.happens(Fault::kDouble)) {
    send(call);
  }
}

std::int64_t Network::latency_ms() {
  return world_.faults.happens(Fault::kDelay) ? world_.dice.between(50, 90'000)
                                              : world_.dice.between(1, 20);
}

void Network::send(std::shared_ptr<Call> call) {
  if (world_.faults.happens(Fault::kDropRequest)) {
    return;
  }
  world_.agenda.in(latency_ms(), [this, call] { arrive(call); });
}

void Network::arrive(std::shared_ptr<Call> call) {
  if (nodes_.cut_off(call->node)) {
    return;
  }
  if (!engine_.up()) {
    return reply(call, nullptr);  // connection refused
  }
  engine_.call(call->make, [this, call](const Answer& payload) {
    if (payload && call->given) {
      call->given(*payload);
    }
    reply(call, payload);
  });
}

void Network::reply(std::shared_ptr<Call> call, Answer payload) {
  if (payload && world_.faults.happens(Fault::kDropReply)) {
    return;
  }
  world_.agenda.in(latency_ms(), [this, call, payload = std::move(payload)] {
    if (!nodes_.cut_off(call->node)) {
      call->end(payload);
    }
  });
}

}  // namespace automl::simulation
