// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/digits_study.hpp"

namespace automl::cli {

namespace {

constexpr std::int64_t kStart_ms = 1'700'000'000'000;

idl::Parameter parameter(const std::string& name, idl::ParameterKind::type kind) {
  idl::Parameter result;
  result.name = name;
  result.kind = kind;
  return result;
}

idl::StudySpec digits_spec() {
  idl::StudySpec spec;
  spec.name = "digits";
  spec.command = "python3 train.py";
  spec.objectives.resize(1);
  spec.objectives[0].metric = "val_accuracy";
  spec.objectives[0].goal = idl::Goal::MAXIMIZE;
  spec.objectives[0].rule = idl::ValueRule::BEST;
  spec.algorithm.name = "auto";
  spec.parallel = 2;
  spec.resources.cpus = 1;
  spec.budget.trials = 40;
  spec.seed = 42;
  spec.space = {parameter("lr", idl::ParameterKind::FLOAT),
                parameter("optimizer", idl::ParameterKind::CHOICE),
                parameter("momentum", idl::ParameterKind::FLOAT),
                parameter("depth", idl::ParameterKind::INT),
                parameter("width", idl::ParameterKind::ORDINAL)};
  idl::Comparison sgd;
  sgd.parameter = "optimizer";
  sgd.op = idl::ComparisonOp::EQUAL;
  spec.space[2].conditions = {sgd};
  return spec;
}

idl::Trial trial(std::int64_t number, double lr, std::int64_t depth, double value) {
  idl::Trial result;
  result.study_id = 1;
  result.number = number;
  result.state = idl::TrialState::COMPLETE;
  result.configuration = {assignment("lr", lr),
                          assignment("optimizer", "sgd"),
                          assignment("momentum", 0.9),
                          assignment("depth", depth),
                          assignment("width", std::int64_t{128})};
  result.proposed_because = "tpe: best of 24 candidates";
  result.__set_value(value);
  result.values = {value};
  result.created_ms = kStart_ms + number * 1'000;
  result.started_ms = result.created_ms + 100;
  result.ended_ms = result.started_ms + 2'100;
  result.session_id = number + 1;
  result.baseline = number == 0;
  return result;
}

}  // namespace

idl::Assignment assignment(const std::string& name, double value) {
  idl::Assignment result;
  result.parameter = name;
  result.value.__set_real(value);
  return result;
}

idl::Assignment assignment(const std::string& name, const char* value) {
  idl::Assignment result;
  result.parameter = name;
  result.value.__set_text(value);
  return result;
}

idl::Assignment assignment(const std::string& name, std::int64_t value) {
  idl::Assignment result;
  result.parameter = name;
  result.value.__set_integer(value);
  return result;
}

std::vector<idl::Trial> digits_trials() {
  std::vector<idl::Trial> trials = {trial(0, 0.1, 2, 0.9722),
                                    trial(1, 0.0147, 2, 0.9861),
                                    trial(2, 0.0123, 2, 0.9833),
                                    trial(3, 0.4, 3, 0),
                                    trial(4, 0.0098, 3, 0.9806),
                                    trial(5, 0.031, 1, 0)};
  trials[3].state = idl::TrialState::FAILED;
  trials[3].__isset.value = false;
  trials[3].values.clear();
  trials[3].reason = "exit code 1";
  trials[5].state = idl::TrialState::RUNNING;
  trials[5].__isset.value = false;
  trials[5].values.clear();
  trials[5].ended_ms = 0;
  trials[5].__set_latest_value(0.961);
  trials[5].latest_step = 12;
  return trials;
}

idl::StudyStatus digits_status() {
  const std::vector<idl::Trial> trials = digits_trials();
  idl::StudyStatus status;
  status.study.id = 1;
  status.study.owner = "ada";
  status.study.spec = digits_spec();
  status.study.state = idl::StudyState::RUNNING;
  status.study.created_ms = kStart_ms;
  status.study.algorithm_note = "auto → gp: 40 trials are enough for a model";
  status.trials_running = 2;
  status.trials_complete = 20;
  status.trials_failed = 1;
  status.__set_best(trials[1]);
  status.__set_baseline(trials[0]);
  status.running = {trials[5], trials[5]};
  status.running[0].number = 20;
  status.running[1].number = 21;
  status.running[0].latest_value = 0.978;
  status.running[0].latest_step = 27;
  status.best_history = {0.9722, 0.9861, 0.9861, 0.9861};
  status.trials_since_best = 4;
  status.remaining_s = 43.2;
  status.version = 7;
  status.now_ms = kStart_ms + 48'000;
  status.running[0].started_ms = status.now_ms - 5'000;
  status.running[1].started_ms = status.now_ms - 2'000;
  return status;
}

idl::Leaderboard digits_board() {
  const std::vector<idl::Trial> trials = digits_trials();
  idl::Leaderboard board;
  board.study = digits_status().study;
  const std::size_t order[] = {1, 2, 4};
  for (const std::size_t number : order) {
    idl::LeaderboardRow row;
    row.rank = static_cast<std::int32_t>(board.rows.size()) + 1;
    row.trial = trials[number];
    board.rows.push_back(row);
  }
  idl::LeaderboardRow baseline;
  baseline.rank = 12;
  baseline.trial = trials[0];
  board.__set_baseline(baseline);
  board.total = 20;
  return board;
}

namespace {

void add_objective(idl::StudySpec& spec) {
  spec.objectives.push_back(spec.objectives[0]);
  spec.objectives[1].metric = "latency_ms";
  spec.objectives[1].goal = idl::Goal::MINIMIZE;
}

}  // namespace

idl::StudyStatus two_objectives_status() {
  idl::StudyStatus status = digits_status();
  add_objective(status.study.spec);
  status.__isset.best = false;
  std::vector<idl::Trial> trials = digits_trials();
  status.front = {trials[1], trials[2]};
  status.front[0].values.push_back(41);
  status.front[1].values.push_back(12.5);
  status.front_size = 2;
  status.baseline.values.push_back(50);
  return status;
}

idl::Leaderboard two_objectives_board() {
  idl::Leaderboard board = digits_board();
  add_objective(board.study.spec);
  const double latencies[] = {41, 12.5, 44};
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    board.rows[i].front = i < 2 ? 1 : 2;
    board.rows[i].trial.values.push_back(latencies[i]);
  }
  board.baseline.front = 4;
  board.baseline.trial.values.push_back(50);
  board.front_size = 2;
  return board;
}

void bound_size(idl::StudySpec& spec) {
  idl::Constraint constraint;
  constraint.metric = "size_mb";
  constraint.op = idl::ComparisonOp::LESS;
  constraint.bound = 20;
  constraint.text = "size_mb < 20";
  spec.constraints = {constraint};
}

void set_size(idl::Trial& trial, double size_mb) {
  trial.constraint_values["size_mb"] = size_mb;
  trial.violation = size_mb < 20 ? 0 : size_mb / 20 - 1 + 1e-12;
}

}  // namespace automl::cli
