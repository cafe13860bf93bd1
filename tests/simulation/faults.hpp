// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tests/simulation/dice.hpp"

namespace automl::simulation {

enum class Fault {
  // The engine's process dies (kill -9) …
  kCrashAtBegin,
  kCrashInTurn,
  kCrashBeforeCommit,
  kCrashAfterCommit,
  kCrashCarryingOut,
  kCrashAtRest,
  kLongOutage,    // … and is not started again for minutes
  kZombieEngine,  // … or so it seemed: it goes on after another one has taken over
  // The store fails.
  kUnavailableAtBegin,
  kUnavailableInTurn,
  kUnavailableAtCommit,
  kCommitUnknown,  // applied, but an error is reported
  // Messages.
  kDropRequest,
  kDropReply,
  kDouble,
  kDelay,
  // Executor and nodes.
  kLaunchFails,
  kLaunchImpossible,
  kLaunchNeverStarts,
  kLaunchHangs,
  kLaunchSlow,
  kLaunchAppearsLate,
  kLaunchReturnLost,
  kRunnerKilled,
  kProgramKilled,
  kPartition,
  kNodeCrash,
  kDonorDamaged,  // a checkpoint that is to be taken over cannot be read
  // The world.
  kSlowSuggestion,
  kWallClockJump,
  kCount,
};

// Nearly each fault is possible in a quarter of the runs only, so that runs differ in kind, and then
// happens with the probability its site has.
class Faults {
 public:
  // In a busy run most sites are passed more often.
  Faults(Dice& dice, bool busy);
  bool happens(Fault fault);
  std::uint64_t count() const { return count_; }
  bool possible(Fault fault) const { return on_ && possible_[static_cast<std::size_t>(fault)]; }
  // From now on all is well.
  void stop() { on_ = false; }

 private:
  Dice& dice_;
  bool busy_;
  bool on_ = true;
  std::uint64_t count_ = 0;
  std::array<bool, static_cast<std::size_t>(Fault::kCount)> possible_{};
};

}  // namespace automl::simulation
