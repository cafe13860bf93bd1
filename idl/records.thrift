// SPDX-License-Identifier: Apache-2.0
// Every record of automl, written down once. The generated structs are the records of engine,
// storage, executor and command line, and the `--json` output carries the same field names.
//
// Conventions: `*_ms` is milliseconds (a point in time: since 1970-01-01 UTC, 0 = not yet);
// `*_s` seconds; `*_bytes` bytes. Field numbers are never reused: stored records outlive releases.

namespace cpp automl.idl
namespace py automl_idl

// ---------------------------------------------------------------------------------------------
// Values and spaces

/** One value of a parameter. Exactly one field is set. */
union Value {
  1: double real
  2: i64 integer
  3: string text
  4: bool flag
}

/** A parameter and the value it takes. */
struct Assignment {
  1: string parameter
  2: Value value
}

enum ParameterKind { FLOAT = 1, INT = 2, CHOICE = 3, ORDINAL = 4, BOOL = 5, FIXED = 6 }

enum ComparisonOp { EQUAL = 1, NOT_EQUAL = 2, LESS = 3, LESS_OR_EQUAL = 4, GREATER = 5, GREATER_OR_EQUAL = 6, ANY_OF = 7 }

/** `parameter op operand`; ANY_OF holds when the parameter equals one of several operands. */
struct Comparison {
  1: string parameter
  2: ComparisonOp op
  3: list<Value> operands
}

/** One dimension of a search space. `low`, `high`, `log`, `step` belong to FLOAT and INT; `choices`
 *  to CHOICE (unordered), ORDINAL (ordered) and FIXED (one value). `step` 0 means none. */
struct Parameter {
  1: string name
  2: ParameterKind kind
  3: double low
  4: double high
  5: bool log
  6: double step
  7: list<Value> choices
  8: optional Value default_value
  /** The parameter is active only when all of these hold. Empty: always active. */
  9: list<Comparison> conditions
}

/** A combination that must not be proposed: all comparisons hold at once. */
struct ForbiddenClause {
  1: string text
  2: list<Comparison> all_of
}

// ---------------------------------------------------------------------------------------------
// Studies

enum Goal { MINIMIZE = 1, MAXIMIZE = 2 }

/** Which of a trial's measurements becomes its final value. */
enum ValueRule { LAST = 1, BEST = 2, MEAN_LAST = 3 }

struct Objective {
  1: string metric
  2: Goal goal
  3: ValueRule rule
  /** How many of the last measurements MEAN_LAST averages. */
  4: i32 window
}

/** `metric op bound`, a bound on a reported metric; `op` is one of the four that order. */
struct Constraint {
  1: string metric
  2: ComparisonOp op
  3: double bound
  /** As written by the user. */
  4: string text
}

/** Reads a metric out of the program's output: group 1 of `pattern` is the value. */
struct MetricPattern {
  1: string metric
  2: string pattern
}

struct Algorithm {
  /** As written by the user: `auto`, `tpe`, … */
  1: string name
  /** Options of the sampler, each a number, a word or a truth value, as text. */
  2: map<string, string> options
}

/** Decides which running trials go on. An empty name: none, every trial runs to its end. */
struct Scheduler {
  1: string name
  /** As of an algorithm. */
  2: map<string, string> options
  /** The reported metric that counts steps; empty: the step of the report. */
  3: string step_metric
}

/** What one session occupies exclusively. 0 in `memory_bytes` or `time_s` means no limit. */
struct Resources {
  1: i32 gpus
  2: i32 cpus
  3: i64 memory_bytes
  4: i64 time_s
}

/** The first limit reached ends a study. 0 or an unset `target` means no such limit. */
struct Budget {
  1: i64 trials
  2: i64 time_s
  3: optional double target
}

/** The study takes slots that nobody else wants, and gives them back as soon as somebody does. */
struct StopAndGo {
  /** How many trials may run at once with idle slots; at least `parallel`. */
  1: i32 max_parallel
  /** Of the trials that are stopped early, the part that may be revived. */
  2: double stop_ratio
}

/** A study as the user asked for it: the parsed study file with all defaults filled in. */
struct StudySpec {
  1: string name
  /** Absolute paths. The first one gives the session names their middle part. */
  2: list<string> datasets
  /** Absolute path of the code folder on the submitting machine; empty: none. */
  3: string code
  /** Path of a requirements file, relative to `code`; empty: none. */
  4: string setup
  /** Empty: the study is driven from outside by ask and tell. */
  5: string command
  6: list<MetricPattern> metrics
  // 7 was the one objective.
  8: list<Parameter> space
  9: list<ForbiddenClause> forbid
  10: Algorithm algorithm
  /** Configurations that run first, in this order; missing parameters take their defaults. */
  11: list<list<Assignment>> baseline
  12: i32 parallel
  13: Resources resources
  14: Budget budget
  /** How many further attempts a trial gets after its attempt failed or was lost. */
  15: i32 retries
  16: i32 max_failures
  17: i64 seed
  /** What the search improves: at least one. */
  18: list<Objective> objectives
  /** What trials must keep to; a trial that misses one is infeasible. */
  19: list<Constraint> constraints
  /** Configurations that run right after the baselines; missing parameters take their defaults. */
  20: list<list<Assignment>> enqueue
  /** How often winner and baseline run again, with new seeds, at the end. 0: not at all. */
  21: i32 compare_seeds
  /** Earlier studies of the same owner whose trials the search starts from. */
  22: list<string> inherit
  23: Scheduler scheduler
  /** Weight among the studies of one owner when slots are scarce; 0 (older records) means 1. */
  24: i32 priority
  25: optional StopAndGo stop_and_go
}

/** Winner and baseline are run again: the search itself is over. */
struct Repetition {
  /** Why the search ended, in one line. */
  1: string search_ended
  /** Number of the trial that is repeated; unset until the last trial of the search has ended. */
  2: optional i64 winner
  /** What it is compared with: a trial's number, or -1 for the default configuration. Unset:
   *  nothing, the winner is the baseline itself or no configuration is the default. */
  3: optional i64 baseline
}

/** A trial of an earlier study, in the space of the study that inherits it. */
struct PriorTrial {
  1: list<Assignment> configuration
  /** In the direction of the inheriting study's goal. */
  2: double value
}

/** What a study inherits from one earlier study; copied, and stored with the study. */
struct PriorTask {
  1: string study
  2: list<PriorTrial> trials
}

enum StudyState { RUNNING = 1, PAUSED = 2, DONE = 3, STOPPED = 4, FAILED = 5 }

struct Study {
  1: i64 id
  2: string owner
  3: StudySpec spec
  4: StudyState state
  /** Why the state is what it is, in one line. */
  5: string reason
  6: i64 created_ms
  7: i64 ended_ms
  /** SHA-256 of the study file's text and of the code archive: the same study or another one? */
  8: string source_digest
  9: string source_text
  /** SHA-256 of the code archive every trial runs; empty: no code. */
  10: string code_digest
  /** What `auto` became and why, for the user. */
  11: string algorithm_note
  /** Next proposal number: with `seed` it fixes the random numbers of the next suggestion. */
  12: i64 next_proposal
  /** A smoke trial's study: not listed unless asked for. */
  13: bool smoke
  /** Failures before the study was last continued by hand; they don't count for `max_failures`. */
  14: i64 forgiven_failures
  /** Enqueued configurations that have not become trials yet, in this order. */
  15: list<list<Assignment>> enqueued
  16: optional Repetition repetition
  /** What was taken over from earlier studies and what was left out, a line each. */
  17: list<string> inherited
  /** Failed trials whose configurations were tried again by hand: the budget grew by so many. */
  18: i64 retried
  /** Of the study file that is in force: 1 as submitted, one more with each edit. */
  19: i64 file_version = 1
  /** Where relative paths of `source_text` start. */
  20: string source_directory
  /** Trials that edits cancelled before they began: the budget grew by so many. */
  21: i64 withdrawn
}

/** A study file as it came into force: when it was submitted, or with an edit. */
struct StudyVersion {
  /** 1, 2, … within the study. */
  1: i64 number
  2: StudySpec spec
  3: string source_text
  4: i64 time_ms
  /** Who submitted or edited it. */
  5: string by
  /** What is not as in the version before, a line each. */
  6: list<string> changes
  /** What became of trials and of what waited, a line each. */
  7: list<string> notes
}

// ---------------------------------------------------------------------------------------------
// Trials, sessions, attempts

enum TrialState { WAITING = 1, RUNNING = 2, PAUSED = 3, COMPLETE = 4, PRUNED = 5, FAILED = 6, CANCELLED = 7 }

struct Trial {
  1: i64 study_id
  /** 0, 1, 2, … within the study. */
  2: i64 number
  3: TrialState state
  /** Active parameters only, in the order of the space. */
  4: list<Assignment> configuration
  /** Why this configuration: sampler and its figures. */
  5: string proposed_because
  /** Final value of the first objective; unset while open and when the trial failed. */
  6: optional double value
  /** Why the trial ended as it did, in one line. */
  7: string reason
  8: i64 created_ms
  9: i64 started_ms
  10: i64 ended_ms
  /** 0: driven from outside, no session. */
  11: i64 session_id
  12: bool baseline
  /** Last measurement of the first objective while running. */
  13: optional double latest_value
  14: i64 latest_step
  15: i64 proposal
  /** 1, 2, … in the order in which the study's trials ended: the order samplers see. 0: open. */
  16: i64 finish_order
  /** Final values of all objectives in their order; empty while open and when the trial failed. */
  17: list<double> values
  /** Final values of the metrics that constraints bound. */
  18: map<string, double> constraint_values
  /** By how much constraints are missed in all, each relative to its bound. 0: the trial is feasible. */
  19: double violation
  /** Somebody asked for this configuration: `enqueue:` or `automl enqueue`. */
  20: bool enqueued
  /** This trial runs the configuration of that trial again; -1: the default configuration. Such
   *  trials are not the search's: neither its budget nor its sampler counts them. */
  21: optional i64 repeat_of
  /** 1, 2, … among the repeats of one configuration. */
  22: i32 repeat
  /** What the program finds in AUTOML_SEED. */
  23: i64 seed
  /** Of the study file under which it was proposed: its configuration lies in that one's space. */
  24: i64 file_version = 1
}

/** What a session had saved at one moment: whole or absent, never changed. */
struct Checkpoint {
  1: i64 session_id
  /** 1, 2, … within the session. */
  2: i64 number
  /** The attempt that saved it. */
  3: i32 attempt
  /** Of the last measurement before it; -1: none. */
  4: i64 step
  /** Of its manifest in the artifact store (SHA-256, hexadecimal): names, modes and digests of all files. */
  5: string digest
  6: i64 bytes
  7: i64 files
  8: i64 created_ms
  /** As the program named it; empty: found when its folder had changed. */
  9: string name
}

enum SessionState { QUEUED = 1, LAUNCHING = 2, RUNNING = 3, PAUSED = 4, COMPLETE = 5, FAILED = 6, STOPPED = 7 }

/** Who or what ended a session early. */
enum StopReason { NONE = 0, USER = 1, CREDIT = 2, BUDGET = 3, PRUNED = 4, PREEMPTED = 5, ZOMBIE = 6, TIMEOUT = 7, SHUTDOWN = 8, MAX_STEPS = 9 }

/** What a session runs; for a trial it is derived from the study. */
struct SessionSpec {
  /** Run by /bin/sh -c, parameters already filled in. */
  1: string command
  2: string code_digest
  3: string setup
  4: list<string> datasets
  5: Resources resources
  6: map<string, string> environment
  /** JSON object the program finds at AUTOML_PARAMS. */
  7: string params_json
  8: list<MetricPattern> metrics
  /** Folder to run in when there is no code archive (plain sessions on this machine); empty: a fresh one. */
  9: string working_directory
  /** The first objective's metric; empty for plain sessions. */
  10: string required_metric
  11: i32 retries
  /** The other metrics a trial must report at least once. */
  12: list<string> further_required
}

struct Session {
  1: i64 id
  /** USER/DATASET/NUMBER */
  2: string name
  3: string owner
  4: SessionSpec spec
  5: SessionState state
  6: StopReason stop_reason
  7: string reason
  /** 0: a plain session. */
  8: i64 study_id
  9: i64 trial_number
  10: i32 attempts
  11: i64 created_ms
  12: i64 started_ms
  13: i64 ended_ms
  /** Of the last attempt. */
  14: i32 exit_code
  /** Attempts whose runner registered: those count for `retries`. */
  15: i32 started_attempts
  /** Of these, the ones that ended in a pause: no failures. */
  16: i32 paused_attempts
  /** Another session's (or an older) checkpoint, which its next attempt starts from instead of the
   *  newest one of its own; until it has saved one itself. */
  20: optional Checkpoint restore
  /** Attempts up to this number began before `restore` was set: it overrides what they have saved. */
  21: i32 restore_after
}

enum AttemptState { LAUNCHING = 1, RUNNING = 2, SUSPECT = 3, COMPLETE = 4, FAILED = 5, STOPPED = 6, LOST = 7, PREEMPTED = 8 }

/** Where an attempt runs and what it has been given there. */
struct Placement {
  1: string node
  2: list<i32> gpus
  3: i32 cpus
  4: i64 memory_bytes
}

enum ExitCause {
  /** The program ended by itself; see `code`. */
  EXITED = 1,
  SIGNALED = 2,
  OUT_OF_MEMORY = 3,
  TIMEOUT = 4,
  /** Stopped on the engine's or the user's request. */
  STOPPED = 5,
  /** The command never started: staging, environment or exec failed. */
  NOT_STARTED = 6,
  /** The runner or its machine is gone. */
  LOST = 7,
  /** The engine asked for a pause: what the program had saved by then is its last checkpoint. */
  PAUSED = 8
}

/** What a metric pattern or report found, for `check --smoke` and for errors. */
struct MetricMatch {
  1: string metric
  2: i64 count
  3: string first_line
  4: string last_line
}

/** How an attempt ended. */
struct ExitReport {
  1: ExitCause cause
  2: i32 code
  3: i32 signal
  /** One line for the user. */
  4: string message
  5: i64 peak_memory_bytes
  6: double cpu_s
  7: i64 started_ms
  8: i64 ended_ms
  9: list<MetricMatch> matches
  10: i64 last_sequence
  11: i64 log_bytes_dropped
}

/** One launch of a session. The token fences it: whoever does not hold the current one is refused. */
struct Attempt {
  1: i64 session_id
  /** 1, 2, … within the session. */
  2: i32 number
  /** 128 random bits, hexadecimal. */
  3: string token
  4: AttemptState state
  5: Placement placement
  /** Executor's recoverable reference: boot id, pid, start time for `local`. */
  6: string handle
  7: i64 launched_ms
  8: i64 started_ms
  9: i64 ended_ms
  10: optional ExitReport exit
  /** Highest measurement sequence stored. */
  11: i64 acknowledged_sequence
  /** A stop was asked for, and why. */
  12: StopReason stop_reason
  13: string stop_note
  /** Stop without the grace period. */
  14: bool stop_by_force
  /** The stop is a pause: its session may go on later. */
  15: bool pause
  /** What it started from; unset: from zero. */
  20: optional Checkpoint restored
  /** Parameters as the program says that it uses them; empty: it has not said. */
  21: list<Assignment> used
  /** Where they are not what the trial was given, for the user; empty: nowhere. */
  22: string used_differs
}

/** Values reported at one step. Not-a-number and infinity are kept as they are. */
struct Measurement {
  /** 1, 2, … within the attempt: what a repeated batch is recognised by. */
  1: i64 sequence
  2: i64 step
  3: map<string, double> metrics
  4: i64 time_ms
}

/** A stored measurement with the attempt it came from. */
struct StoredMeasurement {
  1: i32 attempt
  2: Measurement measurement
}

// ---------------------------------------------------------------------------------------------
// Schedules

enum ScheduleEventKind { START = 1, REPORT = 2, PAUSE = 3, RESUME = 4, EXPLOIT = 5, PRUNE = 6, COMPLETE = 7, FAIL = 8,
  /** Stop-and-Go: gave its slot to others; goes on; stopped early, but may be revived. */
  PREEMPT = 9, REVIVE = 10, STOP = 11 }

/** What a scheduler wants of a trial. COMPLETE: it has reached the last step. */
enum Decision { PROCEED = 0, PAUSE = 1, PRUNE = 2, EXPLOIT = 3, COMPLETE = 4 }

/** One thing a study's scheduler knows or has decided, in the order in which it came to know: all
 *  its decisions follow from the events before, so a replay gives the same ones. */
struct ScheduleEvent {
  /** 1, 2, … within the study. */
  1: i64 position
  2: i64 trial
  3: ScheduleEventKind kind
  /** REPORT: the step in force. EXPLOIT: that of the checkpoint. */
  4: i64 step
  /** REPORT: of the objective, as reported. */
  5: double value
  /** REPORT: what was decided upon it. */
  6: Decision decision
  7: string reason
  8: i64 time_ms
  /** What the trial runs from here on. START, EXPLOIT, and REPORT with the decision EXPLOIT. */
  9: list<Assignment> configuration
  /** Whose weights it goes on with, and up to which step they were trained. EXPLOIT and such a REPORT. When
   *  what it was to take over cannot be used another EXPLOIT follows: it goes on with what it had saved
   *  itself before, as its own donor, or, without one, from zero. */
  10: optional i64 donor
  11: i64 donor_step
  // 12 was the digest of `source`.
  /** START: others learn from it, but it runs to its end, as baselines do. */
  13: bool exempt
  /** The donor's checkpoint, chosen when the exploit is decided, and kept until it has been taken
   *  over. EXPLOIT and such a REPORT. */
  14: optional Checkpoint source
  /** REPORT with the decision PRUNE: the trial may be revived, */
  15: bool kept
  /** and this one, which might have been before, not any more. */
  16: optional i64 instead_of
}

// ---------------------------------------------------------------------------------------------
// Nodes

struct Gpu {
  1: i32 index
  2: string name
  3: i64 memory_bytes
}

struct Node {
  1: string name
  2: i32 cpus
  3: i64 memory_bytes
  4: list<Gpu> gpus
}
