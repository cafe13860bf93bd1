// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/faults.hpp"

namespace automl::simulation {

namespace {

constexpr double kShareOfRuns = 0.25;
constexpr double kRarerInBusyRuns = 0.25;

// How often a fault happens where it can. Sites that are passed thousands of times a run have low
// figures, or nothing else would ever be done.
double probability(Fault fault) {
  switch (fault) {
    case Fault::kUnavailableInTurn:
    case Fault::kCrashInTurn:
      return 0.004;
    case Fault::kCrashAtBegin:
    case Fault::kCrashBeforeCommit:
    case Fault::kCrashAfterCommit:
    case Fault::kCrashCarryingOut:
      return 0.02;
    case Fault::kUnavailableAtBegin:
    case Fault::kUnavailableAtCommit:
    case Fault::kCommitUnknown:
      return 0.04;
    case Fault::kDropRequest:
    case Fault::kDropReply:
    case Fault::kDouble:
    case Fault::kDelay:
      return 0.1;
    case Fault::kSlowSuggestion:
      return 0.7;
    case Fault::kDonorDamaged:
      return 0.5;
    default:
      return 0.25;
  }
}

// Passed now and then, however much a run has to do.
bool by_the_minute(Fault fault) {
  return fault == Fault::kLongOutage || fault == Fault::kZombieEngine ||
         fault == Fault::kPartition || fault == Fault::kNodeCrash || fault == Fault::kWallClockJump;
}

}  // namespace

Faults::Faults(Dice& dice, bool busy) : dice_(dice), busy_(busy) {
  for (bool& possible : possible_) {
    possible = dice.chance(kShareOfRuns);
  }
  possible_[static_cast<std::size_t>(Fault::kDonorDamaged)] = true;  // few runs come to its site
}

bool Faults::happens(Fault fault) {
  const double rarer = busy_ && !by_the_minute(fault) ? kRarerInBusyRuns : 1;
  const bool happens = possible(fault) && dice_.chance(probability(fault) * rarer);
  count_ += happens ? 1 : 0;
  return happens;
}

}  // namespace automl::simulation
