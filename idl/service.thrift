// SPDX-License-Identifier: Apache-2.0
// The calls. `Engine` serves clients (the command line, SDKs); `RunnerGate` serves runners, which
// always dial in. Both are offered multiplexed on the same endpoint, under the names "engine" and
// "runner", with framed transport and binary protocol.
//
// Every call that changes something carries a `request_id` (random, chosen by the caller): a repeat
// with the same id and arguments gets the stored reply, with other arguments a Conflict.

include "records.thrift"

namespace cpp automl.idl
namespace py automl_idl

// ---------------------------------------------------------------------------------------------
// Refusals, named by what the receiver must do

struct StudyFileError {
  1: i32 line
  2: i32 column
  3: string message
}

/** Change the request. `errors` is filled when a study file was wrong. */
exception InvalidRequest { 1: string message, 2: list<StudyFileError> errors }
exception NotFound { 1: string message }
/** The state moved on, or the name is taken: look again and decide. */
exception Conflict { 1: string message }
/** Retry later. */
exception Unavailable { 1: string message }
/** Another attempt has taken over: stop your work. */
exception Superseded { 1: string message }
exception PermissionDenied { 1: string message }

// ---------------------------------------------------------------------------------------------
// Client ↔ engine

struct EngineInfo {
  1: string version
  2: i64 pid
  3: i64 started_ms
  4: string home
  /** Started by a client rather than by `automl server start`: ends by itself when idle. */
  5: bool on_demand
  6: list<records.Node> nodes
  7: i64 studies_running
  8: i64 sessions_running
  9: i64 sessions_queued
  /** Empty when all is well, else what is wrong with the store. */
  10: string trouble
}

/** A study file as text. `path` names it in messages; relative paths in it start at `directory`. */
struct StudyText {
  1: string text
  2: string path
  3: string directory
}

/** One key of a study file with the value in force, for `check --explain`. */
struct ExplainedKey {
  1: string key
  2: string value
  3: bool from_default
  4: string help
}

struct StudyCheck {
  1: list<StudyFileError> errors
  2: optional records.StudySpec spec
  3: list<ExplainedKey> keys
  /** What `algorithm: auto` becomes and why; the number of distinct configurations, if finite. */
  4: string algorithm_note
  /** What is valid but may not be what was meant, one line each. */
  5: list<string> notes
}

/** Runs of one configuration with different seeds, not counting the one that was chosen. */
struct RepeatedRuns {
  /** Number of the trial that is repeated; -1: the default configuration. */
  1: i64 trial
  2: list<double> values
  /** Runs that failed or were stopped. */
  3: i32 failed
  4: i32 to_come
  /** The mean lies within mean ± half_width with 95 % confidence; both unset without a value,
   *  half_width also with a single one. */
  5: optional double mean
  6: optional double half_width
}

/** Winner against baseline: docs/algorithms/analysis.md. */
struct WinnerComparison {
  1: i32 seeds
  2: RepeatedRuns winner
  3: optional RepeatedRuns baseline
  /** How much better the winner is on average (negative: worse), with its 95 % interval. */
  4: optional double gain
  5: optional double gain_low
  6: optional double gain_high
  7: optional double probability_better
  /** What else must be known to judge it, one line each. */
  8: list<string> notes
}

/** A study at a glance. `study.source_text` is left empty here. */
struct StudyStatus {
  1: records.Study study
  2: i64 trials_waiting
  3: i64 trials_running
  4: i64 trials_complete
  5: i64 trials_failed
  6: i64 trials_pruned
  7: i64 trials_cancelled
  /** The best feasible trial; unset with several objectives. */
  8: optional records.Trial best
  9: optional records.Trial baseline
  /** Trials with configuration that are running now, oldest first. */
  10: list<records.Trial> running
  /** The first objective's best feasible value so far after each complete trial, from the first
   *  feasible one on; thinned to at most 200 points. */
  11: list<double> best_history
  /** Complete trials since the best one, or since the front last changed. */
  12: i64 trials_since_best
  /** Seconds the engine expects until the budget is used; -1: unknown. */
  13: double remaining_s
  /** Changes with every change of the study. */
  14: i64 version
  15: i64 now_ms
  /** Several objectives: the feasible trials that no other one dominates, by the first objective;
   *  at most 100 of them, evenly over the front. */
  16: list<records.Trial> front
  17: i64 front_size
  /** Complete trials that miss a constraint. */
  18: i64 trials_infeasible
  /** Set once winner and baseline are chosen. Repeats are in none of the counts above. */
  20: optional WinnerComparison comparison
  /** Open trials that gave their slot back; some of them may go on later. */
  21: i64 trials_paused
}

enum Submission { CREATED = 1, CONTINUED = 2 }

struct SubmitReply {
  1: Submission outcome
  2: StudyStatus status
}

enum SessionAction { PAUSE = 1, RESUME = 2 }

enum StudyAction { PAUSE = 1, RESUME = 2, STOP = 3, KILL = 4 }

/** What a running study's file is to become. */
struct StudyEdit {
  /** Empty text: the one in force. */
  1: StudyText text
  /** Keys of the file and what they are to be, as in `budget.trials=100`; put into the text in order. */
  2: list<string> settings
  /** Of the file that was edited; another one in force meanwhile is a Conflict. */
  3: i64 version
  /** Tells what would change and changes nothing. */
  4: bool dry_run
}

struct EditReply {
  1: StudyStatus status
  /** The version that is in force, or would be; without its text. No changes: the file says the same. */
  2: records.StudyVersion version
}

struct TrialPage {
  1: list<records.Trial> trials
  2: i64 total
}

struct TrialDetail {
  1: records.Trial trial
  2: records.Session session
  3: list<records.Attempt> attempts
  4: list<records.StoredMeasurement> measurements
  /** What the study's scheduler knows of the trial; empty without one. */
  5: list<records.ScheduleEvent> schedule
}

struct LeaderboardRow {
  /** 1 is best; infeasible trials come last. */
  1: i32 rank
  2: records.Trial trial
  /** Several objectives: 1 when no feasible trial dominates it, 2 when only those of front 1 do,
   *  and so on; 0 with one objective and for infeasible trials. */
  3: i32 front
  /** The constraints it misses, as written, and by how much in units of the metric. */
  4: map<string, double> missed
  /** Where the trial was run again. */
  20: optional RepeatedRuns repeats
}

/** Steps that one trial trained with one configuration. */
struct ScheduleLeg {
  1: i64 trial
  2: i64 first_step
  3: i64 last_step
  4: list<records.Assignment> configuration
}

struct Leaderboard {
  1: records.Study study
  2: list<LeaderboardRow> rows
  3: i64 total
  4: optional LeaderboardRow baseline
  /** Several objectives: how many rows belong to front 1. */
  5: i64 front_size
  20: optional WinnerComparison comparison
  /** How the weights of the best trial were trained, from their first step on; empty unless it has
   *  taken over another trial's. */
  21: list<ScheduleLeg> schedule
}

/** What the objective is on average at one value of a parameter, all others being uniform. */
struct CurvePoint {
  1: records.Value at
  2: double value
  3: double spread
}

struct ParameterImportance {
  1: string parameter
  /** Of the objective's variance, by the parameter alone; all of them and the interactions: at most 1. */
  2: double share
  3: double spread
  /** Growth of the squared error when its values are shuffled, relative to the variance of the trials. */
  4: double permutation
  5: double permutation_spread
  6: list<CurvePoint> curve
}

struct InteractionImportance {
  1: string first
  2: string second
  3: double share
  4: double spread
}

/** Which parameters an objective depends on, the most important first. */
struct ObjectiveImportance {
  1: string metric
  2: i64 trials
  /** R² for trials not seen: how far the rest can be trusted. */
  3: double explained
  4: list<ParameterImportance> parameters
  5: list<InteractionImportance> interactions
}

/** Best value that random search would have had after so many trials; 80 % lie from low to high. */
struct ShadowPoint {
  1: i64 trials
  2: double expected
  3: double low
  4: double high
}

/** What random search would have found in this study's place, estimated from a model. */
struct RandomShadow {
  1: list<ShadowPoint> points
  /** How many random trials reach the best value on average; unset: more than can be told. */
  2: optional double trials_to_best
}

/** What further trials may bring, in the objective's units; all gains are >= 0. */
struct RemainingGain {
  /** Expected value of the best configuration. */
  1: double best
  /** Expected gain of the next 1, 2, … trials. */
  2: list<double> expected
  /** By any number of trials. */
  3: double possible
  4: double tolerance
  /** Probability that no configuration is better by more than the tolerance. */
  5: double certainty
  6: bool stop
}

/** What the finished trials of a study say: docs/algorithms/analysis.md. */
struct StudyReport {
  1: StudyStatus status
  /** One per objective. */
  2: list<ObjectiveImportance> importance
  3: optional RandomShadow shadow
  4: optional RemainingGain remaining
  /** What could not be told, and why; one line each. */
  5: list<string> notes
}

struct SessionFilter {
  1: bool include_finished
  2: string study
  3: i32 limit
}

/** What a scheduler would have made of a study, from its stored curves: docs/user-guide.md. */
struct ScheduleReplay {
  /** Trials with a curve, and the steps they have paid in all. */
  1: i64 trials
  2: i64 steps
  /** With the scheduler: steps, trials stopped early, and trials left paused. */
  3: i64 steps_paid
  4: i64 trials_pruned
  5: i64 trials_paused
  /** Best value reported, here and in the study itself, and the trials that reported it. */
  6: optional double best
  7: optional i64 best_trial
  8: optional double study_best
  9: optional i64 study_best_trial
  /** Steps paid until a value at least as good as the study's own best; unset: never. */
  10: optional i64 steps_to_best
  /** The same for the study as all trials ran. */
  11: optional i64 study_steps_to_best
  /** What must be known to judge it, one line each. */
  12: list<string> notes
}

/** A line of `automl ps`. */
struct SessionRow {
  1: records.Session session
  2: string study
  3: records.Attempt attempt
  /** What it waits for, or its latest measurement. */
  4: string note
  5: i64 latest_step
  6: map<string, double> latest_metrics
  7: i64 memory_bytes
  8: double cpu_percent
}

struct SessionList {
  1: list<SessionRow> rows
  2: i64 total
  3: i64 now_ms
}

/** A checkpoint that is kept, and whose it is. */
struct CheckpointRow {
  1: records.Checkpoint checkpoint
  /** Name of its session. */
  2: string session
  /** Empty for plain sessions. */
  3: string study
  4: i64 trial_number
}

struct CheckpointList {
  1: list<CheckpointRow> rows
  2: i64 now_ms
}

/** The rule that keeps something from running. */
struct Blockage {
  /** Study name, trial (STUDY/NUMBER) or session name. */
  1: string subject
  /** Stable word for programs: parallel, budget, paused, capacity, impossible, launching, none … */
  2: string rule
  3: string detail
}

/** Bytes of a session's log from `offset`. Each line: RFC 3339 time, ` out ` or ` err `, text. */
struct LogSlice {
  1: binary bytes
  2: i64 next_offset
  /** Nothing will follow: the attempt is over, or, when attempt 0 was asked for, the session is. */
  3: bool ended
  /** Attempt the slice belongs to. */
  4: i32 attempt
}

struct SubmitSessionReply {
  1: records.Session session
}

/** Outcome of a trial driven from outside: values or a failure. */
struct Outcome {
  /** Of the first objective. */
  1: optional double value
  2: string failure
  /** By name, of every objective and every metric with a constraint; `value` stands for the first one. */
  3: map<string, double> metrics
}

service Engine {
  EngineInfo engine_info() throws (1: Unavailable unavailable, 2: PermissionDenied denied)
  void shutdown(1: string request_id) throws (1: PermissionDenied denied, 2: Unavailable unavailable)

  /** Parses only; nothing is stored. */
  StudyCheck check_study(1: StudyText text) throws (1: Unavailable unavailable, 2: PermissionDenied denied)

  /** Whether the archive is already here; `put_archive` sends it in pieces of at most 4 MiB, in
   *  order, each naming its offset. The last piece makes it visible if its SHA-256 is `digest`. */
  bool has_archive(1: string digest) throws (1: InvalidRequest invalid, 2: Unavailable unavailable, 3: PermissionDenied denied)
  void put_archive(1: string digest, 2: i64 offset, 3: binary bytes, 4: bool last)
    throws (1: InvalidRequest invalid, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied)

  /** Creates the study, or continues the one of that name when file and code are unchanged
   *  (Conflict says what differs). `smoke` runs one trial with the defaults instead. */
  SubmitReply submit_study(1: string request_id, 2: StudyText text, 3: string code_digest, 4: bool smoke)
    throws (1: InvalidRequest invalid, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied)
  StudyStatus study_status(1: string study) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)
  list<StudyStatus> list_studies() throws (1: Unavailable unavailable, 2: PermissionDenied denied)
  StudyStatus change_study(1: string request_id, 2: string study, 3: StudyAction action)
    throws (1: NotFound missing, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied, 5: InvalidRequest invalid)
  TrialPage list_trials(1: string study, 2: i64 from_number, 3: i32 limit) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)
  TrialDetail show_trial(1: string study, 2: i64 number) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)
  Leaderboard leaderboard(1: string study, 2: i32 limit) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)

  /** A configuration to try next, before what the sampler proposes; values as a study file has them,
   *  missing parameters take their defaults. */
  StudyStatus enqueue(1: string request_id, 2: string study, 3: map<string, string> configuration)
    throws (1: NotFound missing, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied, 5: InvalidRequest invalid)

  /** The configurations of its failed trials once more, as new trials beyond its budget; a study that has
   *  ended goes on. Conflict: none has failed since, or its search is over. */
  StudyStatus retry_failed(1: string request_id, 2: string study)
    throws (1: NotFound missing, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied, 5: InvalidRequest invalid)

  /** Budget, parallelism, space and what else takes effect from now on; what was proposed stays, and what
   *  lies outside the new space teaches the sampler no more. InvalidRequest names what cannot change,
   *  and why, with its place in the text. */
  EditReply edit_study(1: string request_id, 2: string study, 3: StudyEdit edit)
    throws (1: NotFound missing, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied, 5: InvalidRequest invalid)
  /** By number, with their texts; the last one is in force. */
  list<records.StudyVersion> study_versions(1: string study) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)

  /** Takes seconds for a large study; Unavailable when several are being computed already. */
  StudyReport report_study(1: string study) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)

  /** `scheduler` as a study file has it; takes seconds for a large study. */
  ScheduleReplay replay_schedule(1: string study, 2: string scheduler)
    throws (1: NotFound missing, 2: InvalidRequest invalid, 3: Unavailable unavailable, 4: PermissionDenied denied)

  /** Trials for a program outside to evaluate; at most 1,000 at once. */
  list<records.Trial> ask(1: string request_id, 2: string study, 3: i32 count)
    throws (1: NotFound missing, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied, 5: InvalidRequest invalid)
  /** Durable when it returns. The same outcome twice is accepted, another one is a Conflict; so
   *  `request_id` may be empty here. */
  void tell(1: string request_id, 2: string study, 3: i64 number, 4: Outcome outcome)
    throws (1: NotFound missing, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied, 5: InvalidRequest invalid)

  /** `dataset_name` is the middle part of the session's name. */
  SubmitSessionReply run_session(1: string request_id, 2: records.SessionSpec spec, 3: string dataset_name)
    throws (1: InvalidRequest invalid, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied)
  /** A new plain session that runs what `session` runs, from what that one has saved. `checkpoint` 0:
   *  the newest one. */
  SubmitSessionReply fork_session(1: string request_id, 2: string session, 3: i64 checkpoint)
    throws (1: NotFound missing, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied, 5: InvalidRequest invalid)
  SessionList list_sessions(1: SessionFilter filter) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)
  /** `session`: a session name, its number, or STUDY/TRIAL. */
  SessionRow show_session(1: string session) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)
  void stop_session(1: string request_id, 2: string session, 3: bool kill)
    throws (1: NotFound missing, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied, 5: InvalidRequest invalid)
  /** PAUSE: what runs is asked to save and ends; its slot is free. RESUME: back to the queue. A session
   *  that a user has paused goes on only when a user says so. */
  void change_session(1: string request_id, 2: string session, 3: SessionAction action)
    throws (1: NotFound missing, 2: Conflict conflict, 3: Unavailable unavailable, 4: PermissionDenied denied, 5: InvalidRequest invalid)
  /** Attempt 0: the latest one. When a reply names a later attempt than the one before, begin at 0
   *  again: its log is another file. */
  LogSlice read_log(1: string session, 2: i32 attempt, 3: i64 offset, 4: i32 limit) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)

  /** `subject`: a study, a session (as in `show_session`), or empty: all. By session, oldest first. */
  CheckpointList list_checkpoints(1: string subject) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)
  /** Writes what a session has saved into `folder`, an absolute path on the engine's machine that does not
   *  exist; whole or not at all. `number` 0: the newest one that is whole. */
  CheckpointRow restore_checkpoint(1: string session, 2: i64 number, 3: string folder)
    throws (1: NotFound missing, 2: InvalidRequest invalid, 3: Unavailable unavailable, 4: PermissionDenied denied)

  /** Empty `subject`: everything that waits. */
  list<Blockage> why(1: string subject) throws (1: NotFound missing, 2: Unavailable unavailable, 3: PermissionDenied denied)
}

// ---------------------------------------------------------------------------------------------
// Runner ↔ engine

struct RunnerIdentity {
  1: string node
  2: i64 pid
  3: string handle
}

/** All a runner needs to do its work. Paths are on the runner's node. */
struct RunnerOrder {
  1: records.Session session
  2: records.Attempt attempt
  /** Study and trial as the program sees them; empty for plain sessions. */
  3: string study
  4: i64 trial_number
  /** Path of the code archive when the node shares the engine's disk. */
  5: string code_archive
  /** Folder for caches (code, environments) on the node. */
  6: string cache_directory
  /** Seconds between SIGTERM and SIGKILL. */
  7: double grace_s
  /** Seconds between two calls when there is nothing to report. */
  8: double heartbeat_s
  /** Bytes of output kept; beyond it the middle is dropped. */
  9: i64 log_limit_bytes
  /** Where checkpoints are kept on the node; empty: nowhere. */
  10: string artifact_directory
  /** What the command finds in its checkpoint folder; unset: nothing. */
  11: optional records.Checkpoint restore
  /** The session's earlier ones, newest first: instead of `restore` if that is damaged. */
  12: list<records.Checkpoint> restore_otherwise
  /** Highest number of a checkpoint of this session. */
  13: i64 last_checkpoint
  /** Seconds between two checkpoints that the program has not asked for. */
  14: double checkpoint_interval_s
  /** Bytes of a checkpoint at most. */
  15: i64 checkpoint_limit_bytes
}

/** Text of the log at `offset`: written there again if it comes twice. */
struct LogPiece {
  1: i64 offset
  2: binary bytes
}

/** What piled up since the last acknowledged batch, in order. */
struct ReportBatch {
  1: list<records.Measurement> measurements
  2: list<LogPiece> log
  3: i64 memory_bytes
  4: double cpu_percent
  /** Whole and durable in the artifact store. Repeats are ignored. */
  5: list<records.Checkpoint> checkpoints
  /** What was found in the checkpoint folder at the start, where that is not what was ordered;
   *  number 0: nothing. */
  6: optional records.Checkpoint started_from
  /** Parameters as the program uses them by its own account, whenever there is news. */
  7: list<records.Assignment> used
}

enum VerdictAction { PROCEED = 1, STOP = 2, PAUSE = 3 }

struct Verdict {
  1: VerdictAction action
  2: string reason
  /** Without the grace period. */
  3: bool kill
}

struct ReportReply {
  /** All measurements up to here are stored. */
  1: i64 acknowledged_sequence
  2: Verdict verdict
}

service RunnerGate {
  /** First call of an attempt; the command may start once it returns. Repeatable. */
  RunnerOrder register_runner(1: string token, 2: RunnerIdentity runner)
    throws (1: Superseded superseded, 2: Unavailable unavailable)
  ReportReply report(1: string token, 2: ReportBatch batch)
    throws (1: Superseded superseded, 2: Unavailable unavailable, 3: InvalidRequest invalid)
  /** The attempt is over; everything before it has been reported. Repeatable. */
  void finish(1: string token, 2: records.ExitReport exit)
    throws (1: Superseded superseded, 2: Unavailable unavailable, 3: InvalidRequest invalid)
}
