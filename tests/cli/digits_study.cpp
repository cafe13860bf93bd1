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
  spec.objective.metric = "val_accuracy";
  spec.objective.goal = idl::Goal::MAXIMIZE;
  spec.objective.rule = idl::ValueRule::BEST;
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
  trials[3].reason = "exit code 1";
  trials[5].state = idl::TrialState::RUNNING;
  trials[5].__isset.value = false;
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

}  // namespace automl::cli
