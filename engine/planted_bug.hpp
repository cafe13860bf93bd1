// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace automl::engine {

// Defects that can be switched on in a test's copy of the engine, to show that the simulation finds
// them. In the product `planted` is a constant and leaves no trace.
enum class PlantedBug {
  kNone,
  kNoFence,                   // reports and results of superseded attempts are taken
  kRegisterUnfenced,          // a superseded attempt's runner is given work
  kLaunchBeforePersist,       // the executor is asked before the attempt is durable
  kNoMeasurementMemory,       // a repeated batch is stored again
  kNoRequestMemory,           // a repeated request is carried out again
  kBodyDigestIgnored,         // a request id stands for any request
  kBlindCommitRetry,          // a commit that failed is tried again without reading
  kReplyBeforeCommit,         // callers are told before the store has agreed
  kWallClockLease,            // leases follow the wall clock
  kSuspectIsLost,             // silence alone makes an attempt lost
  kSuspicionStays,            // a launch that was slow is looked after for ever, without a pause
  kUnreachableIsGone,         // so does an executor that cannot tell
  kLostRequeueSplit,          // an attempt is lost in one step, its session queued in another
  kResultStateSplit,          // the same for a session's end and its trial's
  kLaunchingNotRecovered,     // after a restart nobody looks for launched attempts
  kMeasurementsNotRecovered,  // after a restart earlier measurements don't count
  kVerdictNotKept,            // a stop is forgotten at a restart
  kProposalNotKept,           // so is how many proposals there were
  kTicketsRestart,            // a late suggestion is taken for a new one
  kRetriesNotCounted,
  kBudgetOffByOne,
  kParallelOffByOne,
  kGpuFreedTooEarly,       // when a stop is asked for, not when the program has ended
  kGpuAssignedTwice,       // to two sessions launched in one turn
  kPauseIgnored,           // the queue launches sessions of paused studies
  kSecondOutcomeAccepted,  // an outcome told for a trial that has ended is acknowledged
  kInfeasibleTarget,       // a trial that misses a constraint reaches the target
  kViolationNotKept,       // every trial is stored as feasible
  kDecisionNotStored,      // what a scheduler comes to know is kept in memory alone
  kScheduleNotRecovered,   // after a restart its memory is empty
  kPauseNotKept,           // a pause is forgotten at a restart
  kPauseIsAFailure,        // it counts for the retries
  kPausedHoldsItsPlace,    // nobody takes the slot of a paused trial
  kPausedNotRecovered,     // after a restart a paused trial counts as live
  kPausedNeverEnds,        // the study ends before its paused trials
  kHeldTrialResumed,       // the scheduler resumes what a user has paused
  kPauseOvertakesStop,     // a trial that was to end is paused
  kLostPauseForgotten,     // an attempt is lost while it pauses: the trial goes on
  kRepeatsJudged,          // a repeated batch is judged again
  kPrunedWithoutValue,     // a trial that is pruned loses its value
  kPruneIsAFailure,        // what the scheduler stops counts as failed
  kDonorNotPinned,         // a checkpoint that a trial will take over may be swept before
  kUnrecordedSwept,        // of what the engine has not heard of only the newest is kept
  kOldWeightsCopied,     // from a donor that has taken over another's weights itself: its old ones
  kExploitKeepsWeights,  // a trial takes over the configuration and no checkpoint
  kExploitKeepsParameters,  // a trial takes over the checkpoint and runs with what it had before
  kRestoreNeverEnds,        // it starts from the donor's checkpoint for ever, whatever it has saved
  kDamagedRestoreKept,      // … and when that cannot be used it tries again and again
  kCheckpointNotStored,     // what was saved is known until the engine dies
  kNewestDropped,           // of a session's checkpoints the newest makes room
  kCurveNotCut,             // steps that are trained again count twice
  kEditOverwrites,          // an edit of a version that is not in force any more is taken
  kEditNotKept,             // an edit is forgotten at a restart
  kEditKeepsSuggestions,    // what was computed for the old space is proposed in the new one
  kPriorityIgnored,         // every study weighs the same
  kFirstComeFirstServed,    // the queue knows no shares
  kSlotsNotGivenBack,       // borrowed slots are kept while others wait
  kPreemptedForgotten,      // who gave its slot to others is never revived
  kCount,
};

#ifdef AUTOML_PLANTED_BUGS
inline PlantedBug planted_bug = PlantedBug::kNone;
inline bool planted(PlantedBug bug) { return planted_bug == bug; }
#else
constexpr bool planted(PlantedBug) { return false; }
#endif

}  // namespace automl::engine
