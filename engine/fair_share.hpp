// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/state.hpp"

namespace automl::engine {

// Queued sessions that may be launched, oldest first: not those of paused studies, nor those that
// wait before they try again.
std::vector<const SessionEntry*> waiting_sessions(const EngineState& state, std::int64_t now_ms);

// What a queued session's turn depends on; the least comes first. A share is that of the resource
// of which the most is held, of all nodes together (dominant resource fairness).
struct Claim {
  bool borrows = false;  // beyond its study's `parallel`: after all others
  double owner_share = 0;
  double study_share = 0;  // per priority; of an owner's plain sessions together
  std::int64_t session = 0;

  auto operator<=>(const Claim&) const = default;
};

// Weighted fair shares, from what is held at this moment: owners share equally, the studies of one
// owner by their priorities, his plain sessions count as one study of priority 1.
class FairShare {
 public:
  explicit FairShare(const EngineState& state);

  Claim claim(const SessionEntry& session) const;
  // It is being launched; it waits on; its study may start another trial.
  void hold(const SessionEntry& session);
  void wait(const SessionEntry& session);
  void lend(const StudyEntry& study);
  // Attempts that the study holds slots with.
  std::int64_t held(std::int64_t study_id) const;
  double owner_share(const std::string& owner) const;
  double study_share(const std::string& owner, std::int64_t study_id) const;

 private:
  struct Held {
    double cpus = 0;
    double memory_bytes = 0;
    double gpus = 0;
    std::int64_t attempts = 0;

    void add(const idl::Resources& resources);
  };
  double share(const Held& held) const;

  const EngineState& state_;
  Held all_;  // what the nodes have
  std::map<std::string, Held> owners_;
  std::map<std::pair<std::string, std::int64_t>, Held> studies_;
  std::map<std::int64_t, std::int64_t> waiting_;  // sessions, by study
};

// The order in which waiting sessions take slots, each as if those before had got theirs.
class LaunchOrder {
 public:
  LaunchOrder(const EngineState& state, FairShare& shares, std::int64_t now_ms);

  // The next one; null: that was all.
  const SessionEntry* next();
  // The last one waits on.
  void skip();
  // The last one is launched.
  void hold();

 private:
  using Group = std::pair<std::string, std::int64_t>;  // owner, study
  void leave();

  FairShare& shares_;
  std::map<Group, std::vector<const SessionEntry*>> groups_;  // the next one last
  std::map<Group, std::vector<const SessionEntry*>>::iterator last_;
};

// Of each waiting session: who comes before it, and by which rule. "next in line", "3 come first:
// …".
std::map<std::int64_t, std::string> places_in_line(const EngineState& state, std::int64_t now_ms);

}  // namespace automl::engine
