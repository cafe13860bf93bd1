// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/settings.hpp"
#include "service_types.h"

#include "executor/executor.hpp"
#include "tests/simulation/facts.hpp"
#include "tests/simulation/schedule_watch.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

// Sees what is durable and what really runs, and throws Violation when a promise is broken.
//
// When may a program run? It is started only under the token of an attempt that is open in the
// store, once per token, and while it runs its attempt stays open. The one exception is an attempt
// that was given up because neither its runner nor the executor could be reached: what is left of
// it holds no GPU and no place any more, and whatever it says is refused.
class Observer {
 public:
  Observer(World& world, const engine::Settings& settings, std::vector<idl::Node> nodes);

  // Whether the executor could not reach the node at some moment of the last minute.
  std::function<bool(const std::string&)> lately_unreachable;

  const Facts& facts() const { return facts_; }

  // From the clients: before it is asked for.
  void user_resumes(const std::string& session) { facts_.resumed_by_users.insert(session); }
  // From the store.
  void committed(const std::vector<Change>& changes);
  // From the engine: effects about to be carried out, runners it has listened to.
  void launching(const executor::LaunchRequest& request);
  void cancelling(const std::string& token);
  void heard(const std::string& token);
  // From the nodes.
  void program_started(const std::string& token,
                       const idl::RunnerOrder& order,
                       const std::optional<idl::Checkpoint>& restored,
                       bool donor_damaged);
  void program_ended(const std::string& token);
  void acknowledged(const std::string& token, std::int64_t sequence);
  void acknowledged(const idl::Checkpoint& checkpoint) const;
  void finish_accepted(const std::string& token, const idl::ExitReport& exit) const;

  void check_finished() const;

 private:
  void check_places(const std::string& token, const idl::Attempt& attempt) const;

  World& world_;
  const engine::Settings& settings_;
  std::vector<idl::Node> nodes_;
  Facts facts_;
  ScheduleWatch schedules_;
  std::set<std::string> running_;
  std::set<std::string> ever_started_;
  std::set<std::string> given_up_;
  std::map<std::string, std::int64_t> heard_ms_;
};

}  // namespace automl::simulation
