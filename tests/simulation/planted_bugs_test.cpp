// SPDX-License-Identifier: Apache-2.0
// The engine with one defect at a time: a simulation that finds nothing wrong with it is blind.
#include <cstdio>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "engine/planted_bug.hpp"

#include "tests/simulation/sharing.hpp"
#include "tests/simulation/simulation.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

namespace {

using engine::PlantedBug;

constexpr std::uint64_t kRuns = 2'000;

constexpr const char* kNames[] = {"None",
                                  "NoFence",
                                  "RegisterUnfenced",
                                  "LaunchBeforePersist",
                                  "NoMeasurementMemory",
                                  "NoRequestMemory",
                                  "BodyDigestIgnored",
                                  "BlindCommitRetry",
                                  "ReplyBeforeCommit",
                                  "WallClockLease",
                                  "SuspectIsLost",
                                  "SuspicionStays",
                                  "UnreachableIsGone",
                                  "LostRequeueSplit",
                                  "ResultStateSplit",
                                  "LaunchingNotRecovered",
                                  "MeasurementsNotRecovered",
                                  "VerdictNotKept",
                                  "ProposalNotKept",
                                  "TicketsRestart",
                                  "RetriesNotCounted",
                                  "BudgetOffByOne",
                                  "ParallelOffByOne",
                                  "GpuFreedTooEarly",
                                  "GpuAssignedTwice",
                                  "PauseIgnored",
                                  "SecondOutcomeAccepted",
                                  "InfeasibleTarget",
                                  "ViolationNotKept",
                                  "DecisionNotStored",
                                  "ScheduleNotRecovered",
                                  "PauseNotKept",
                                  "PauseIsAFailure",
                                  "PausedHoldsItsPlace",
                                  "PausedNotRecovered",
                                  "PausedNeverEnds",
                                  "HeldTrialResumed",
                                  "PauseOvertakesStop",
                                  "LostPauseForgotten",
                                  "RepeatsJudged",
                                  "PrunedWithoutValue",
                                  "PruneIsAFailure",
                                  "DonorNotPinned",
                                  "UnrecordedSwept",
                                  "OldWeightsCopied",
                                  "ExploitKeepsWeights",
                                  "ExploitKeepsParameters",
                                  "RestoreNeverEnds",
                                  "DamagedRestoreKept",
                                  "CheckpointNotStored",
                                  "NewestDropped",
                                  "CurveNotCut",
                                  "EditOverwrites",
                                  "EditNotKept",
                                  "EditKeepsSuggestions",
                                  "PriorityIgnored",
                                  "FirstComeFirstServed",
                                  "SlotsNotGivenBack",
                                  "PreemptedForgotten"};
static_assert(std::size(kNames) == static_cast<std::size_t>(PlantedBug::kCount));

class PlantedBugs : public testing::TestWithParam<int> {
 protected:
  ~PlantedBugs() override { engine::planted_bug = PlantedBug::kNone; }
};

TEST_P(PlantedBugs, IsCaught) {
  engine::planted_bug = static_cast<PlantedBug>(GetParam());
  const bool sharing = engine::planted_bug >= PlantedBug::kPriorityIgnored;
  std::uint64_t runs = 0;
  for (std::uint64_t seed = 0; runs < kRuns; ++seed) {
    if (!sharing && World(seed, false).busy) {
      continue;  // the others try more kinds of things in the same time
    }
    ++runs;
    const Outcome outcome = sharing ? simulate_sharing(seed).outcome : simulate(seed);
    if (!outcome.violation.empty()) {
      std::printf("%s: caught at seed %llu: %s\n",
                  kNames[GetParam()],
                  static_cast<unsigned long long>(seed),
                  outcome.violation.c_str());
      return;
    }
  }
  FAIL() << kNames[GetParam()] << " was not noticed in " << kRuns << " runs";
}

INSTANTIATE_TEST_SUITE_P(Each,
                         PlantedBugs,
                         testing::Range(1, static_cast<int>(PlantedBug::kCount)),
                         [](const auto& bug) { return std::string(kNames[bug.param]); });

}  // namespace

}  // namespace automl::simulation
