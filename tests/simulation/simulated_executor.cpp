// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_executor.hpp"

#include <algorithm>
#include <utility>

namespace automl::simulation {

namespace {

using executor::Finding;
using executor::LaunchRequest;
using executor::LaunchResult;
using executor::Presence;

// As a cluster does with jobs that have ended.
constexpr std::int64_t kRememberedMs = 5'000;

LaunchResult failure(const std::string& error, bool retry) {
  LaunchResult result;
  result.error = error;
  result.retry = retry;
  return result;
}

}  // namespace

executor::Capabilities SimulatedExecutor::capabilities() const {
  executor::Capabilities capabilities;
  capabilities.name = "simulated";
  return capabilities;
}

LaunchResult SimulatedExecutor::launch(const LaunchRequest& request) {
  Faults& faults = world_.faults;
  if (nodes_.unreachable(request.placement.node)) {
    return failure("the node cannot be reached", true);
  }
  if (faults.happens(Fault::kLaunchFails)) {
    return failure("simulated: no more processes", true);
  }
  if (faults.happens(Fault::kLaunchImpossible) && world_.dice.chance(0.2)) {
    return failure("simulated: the runner is not installed", false);
  }
  LaunchResult result;
  result.handle = "job-" + request.token.substr(0, 8);
  if (runners_.count(request.token) != 0 || faults.happens(Fault::kLaunchNeverStarts)) {
    return result;
  }
  std::int64_t delay_ms = world_.dice.between(1, 200);
  bool hangs = false;
  if (faults.happens(Fault::kLaunchHangs)) {
    hangs = true;
  } else if (faults.happens(Fault::kLaunchSlow)) {
    delay_ms = world_.dice.between(1'000, 120'000);
  } else if (faults.happens(Fault::kLaunchAppearsLate)) {
    delay_ms = world_.dice.between(1'000, 300'000);
    visible_from_ms_[request.token] = world_.agenda.now_ms() + delay_ms;
  }
  auto& runner = runners_[request.token];
  runner = make_runner_(request);
  to_report_.insert(request.token);
  if (hangs) {
    runner->hang();
  } else {
    runner->start(delay_ms);
  }
  return result;
}

void SimulatedExecutor::cancel(const std::string& token) {
  const auto found = runners_.find(token);
  if (found == runners_.end() || nodes_.unreachable(found->second->node())) {
    return;
  }
  const auto late = visible_from_ms_.find(token);
  if (late != visible_from_ms_.end() && late->second > world_.agenda.now_ms()) {
    return;
  }
  found->second->kill_runner();
  found->second->kill_program();
}

Finding SimulatedExecutor::look(const std::string& token, SimulatedRunner& runner) {
  Finding finding;
  finding.token = token;
  finding.handle = runner.handle();
  const auto late = visible_from_ms_.find(token);
  if (nodes_.unreachable(runner.node())) {
    finding.presence = Presence::kUnreachable;
  } else if (late != visible_from_ms_.end() && late->second > world_.agenda.now_ms()) {
    finding.presence = Presence::kGone;
  } else if (runner.alive()) {
    finding.presence = Presence::kRunning;
  } else {
    runner.kill_program();  // what outlived its runner
    if (runner.exit() && !runner.everything_reported()) {
      runner.deliver();
      finding.presence = Presence::kRunning;
    } else if (runner.exit()) {
      finding.presence = Presence::kFinished;
      finding.exit = runner.exit();
    }
  }
  return finding;
}

Finding SimulatedExecutor::find(const std::string& token) {
  const auto found = runners_.find(token);
  if (found != runners_.end()) {
    return look(token, *found->second);
  }
  Finding finding;
  finding.token = token;
  finding.presence = Presence::kGone;
  return finding;
}

std::vector<Finding> SimulatedExecutor::list() {
  std::vector<Finding> findings;
  for (auto next = to_report_.begin(); next != to_report_.end();) {
    const auto token = next++;
    Finding finding = look(*token, *runners_.at(*token));
    if (finding.presence == Presence::kGone || finding.presence == Presence::kFinished) {
      to_report_.erase(token);
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

void SimulatedExecutor::forget_reports() {
  const std::int64_t now_ms = world_.agenda.now_ms();
  for (const auto& [token, runner] : runners_) {
    if (!runner->over() || now_ms - runner->last_activity_ms() < kRememberedMs) {
      to_report_.insert(token);
    }
  }
}

void SimulatedExecutor::crash_node(const std::string& node, std::int64_t away_ms) {
  nodes_.cut(node, away_ms, true);
  for (auto& [token, runner] : runners_) {
    if (runner->node() == node) {
      runner->kill_runner();
      runner->kill_program();
    }
  }
}

std::string SimulatedExecutor::living() const {
  std::string handles;
  for (const auto& [token, runner] : runners_) {
    if (runner->alive() || runner->program_alive()) {
      handles += " " + runner->handle();
    }
  }
  return handles;
}

std::int64_t SimulatedExecutor::last_activity_ms() const {
  std::int64_t last_ms = 0;
  for (const auto& [token, runner] : runners_) {
    last_ms = std::max(last_ms, runner->last_activity_ms());
  }
  return last_ms;
}

}  // namespace automl::simulation
