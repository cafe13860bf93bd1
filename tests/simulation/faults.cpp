// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/faults.hpp"

namespace automl::simulation {

namespace {

constexpr double kShareOfRuns = 0.25;

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
    default:
      return 0.25;
  }
}

}  // namespace

Faults::Faults(Dice& dice) : dice_(dice) {
  for (bool& possible : possible_) {
    possible = dice.chance(kShareOfRuns);
  }
}

bool Faults::happens(Fault fault) { return possible(fault) && dice_.chance(probability(fault)); }

}  // namespace automl::simulation
