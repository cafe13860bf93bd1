// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/storage/records.hpp"

namespace automl::storage::records {

namespace {

idl::Value real(double value) {
  idl::Value result;
  result.__set_real(value);
  return result;
}

idl::Value text(const std::string& value) {
  idl::Value result;
  result.__set_text(value);
  return result;
}

idl::Assignment assignment(const std::string& parameter, const idl::Value& value) {
  idl::Assignment result;
  result.parameter = parameter;
  result.value = value;
  return result;
}

idl::Resources resources() {
  idl::Resources result;
  result.gpus = 1;
  result.cpus = 2;
  result.memory_bytes = std::int64_t{8} << 30;
  result.time_s = 3600;
  return result;
}

idl::StudySpec spec(const std::string& name) {
  idl::StudySpec result;
  result.name = name;
  result.datasets = {"/data/digits", "/data/more"};
  result.code = "/home/ada/code";
  result.setup = "requirements.txt";
  result.command = "python3 train.py ${args}";
  result.metrics.resize(1);
  result.metrics[0].metric = "loss";
  result.metrics[0].pattern = "loss=([0-9.]+)";
  result.objectives.resize(2);
  result.objectives[0].metric = "loss";
  result.objectives[0].goal = idl::Goal::MINIMIZE;
  result.objectives[0].rule = idl::ValueRule::BEST;
  result.objectives[0].window = 3;
  result.objectives[1].metric = "accuracy";
  result.objectives[1].goal = idl::Goal::MAXIMIZE;
  result.objectives[1].rule = idl::ValueRule::LAST;
  result.constraints.resize(1);
  result.constraints[0].metric = "latency_ms";
  result.constraints[0].op = idl::ComparisonOp::LESS;
  result.constraints[0].bound = 20;
  result.constraints[0].text = "latency_ms < 20";
  result.space.resize(1);
  result.space[0].name = "rate";
  result.space[0].kind = idl::ParameterKind::FLOAT;
  result.space[0].low = 1e-5;
  result.space[0].high = 1;
  result.space[0].log = true;
  result.space[0].__set_default_value(real(0.01));
  result.algorithm.name = "tpe";
  result.algorithm.options["startup"] = "10";
  result.baseline = {{assignment("rate", real(0.1))}};
  result.parallel = 4;
  result.resources = resources();
  result.budget.trials = 100;
  result.budget.__set_target(0.01);
  result.retries = 2;
  result.max_failures = 5;
  result.seed = 42;
  return result;
}

}  // namespace

idl::Study study(const std::string& name, const std::string& owner) {
  idl::Study result;
  result.owner = owner;
  result.spec = spec(name);
  result.state = idl::StudyState::RUNNING;
  result.reason = "as asked";
  result.created_ms = 1'700'000'000'000;
  result.ended_ms = 1'700'000'000'001;
  result.source_digest = std::string(64, 'a');
  result.source_text = "study: digits\n";
  result.code_digest = std::string(64, 'b');
  result.algorithm_note = "tpe, since the space is mixed";
  result.next_proposal = 7;
  result.smoke = true;
  return result;
}

idl::Trial trial(std::int64_t study_id, std::int64_t number) {
  idl::Trial result;
  result.study_id = study_id;
  result.number = number;
  result.state = idl::TrialState::WAITING;
  result.configuration = {assignment("rate", real(0.1)), assignment("kernel", text("rbf"))};
  result.proposed_because = "tpe: expected improvement 0.1";
  result.__set_value(0.25);
  result.values = {0.25, 0.9};
  result.constraint_values = {{"latency_ms", 25}};
  result.violation = 0.25;
  result.reason = "why";
  result.created_ms = 1;
  result.started_ms = 2;
  result.ended_ms = 3;
  result.baseline = true;
  result.__set_latest_value(0.5);
  result.latest_step = 9;
  result.proposal = number;
  return result;
}

idl::Session session(const std::string& name, std::int64_t study_id) {
  idl::Session result;
  result.name = name;
  result.owner = "ada";
  result.spec.command = "python3 train.py";
  result.spec.code_digest = std::string(64, 'c');
  result.spec.setup = "requirements.txt";
  result.spec.datasets = {"/data/digits"};
  result.spec.resources = resources();
  result.spec.environment["HOME"] = "/home/ada";
  result.spec.params_json = "{\"rate\": 0.1}";
  result.spec.working_directory = "/tmp/here";
  result.spec.required_metric = "loss";
  result.spec.retries = 2;
  result.state = idl::SessionState::QUEUED;
  result.stop_reason = idl::StopReason::NONE;
  result.reason = "why";
  result.study_id = study_id;
  result.trial_number = 3;
  result.attempts = 1;
  result.created_ms = 1;
  result.started_ms = 2;
  result.ended_ms = 3;
  result.exit_code = 4;
  return result;
}

idl::Attempt attempt(std::int64_t session_id, std::int32_t number, const std::string& token) {
  idl::Attempt result;
  result.session_id = session_id;
  result.number = number;
  result.token = token;
  result.state = idl::AttemptState::LAUNCHING;
  result.placement.node = "here";
  result.placement.gpus = {0, 3};
  result.placement.cpus = 2;
  result.placement.memory_bytes = std::int64_t{8} << 30;
  result.handle = "boot:1:2";
  result.launched_ms = 1;
  result.started_ms = 2;
  result.ended_ms = 3;
  idl::ExitReport exit;
  exit.cause = idl::ExitCause::SIGNALED;
  exit.signal = 9;
  exit.message = "killed";
  exit.cpu_s = 1.5;
  result.__set_exit(exit);
  result.stop_reason = idl::StopReason::USER;
  result.stop_note = "asked for";
  return result;
}

idl::Measurement measurement(std::int64_t sequence, double loss) {
  idl::Measurement result;
  result.sequence = sequence;
  result.step = sequence % 1000 * 10;
  result.metrics["loss"] = loss;
  result.time_ms = 1000 + sequence % 1000;
  return result;
}

idl::Checkpoint checkpoint(std::int64_t session_id, std::int64_t number) {
  idl::Checkpoint result;
  result.session_id = session_id;
  result.number = number;
  result.attempt = 2;
  result.step = 12;
  result.digest = std::string(64, 'e');
  result.bytes = std::int64_t{5} << 30;
  result.files = 3;
  result.created_ms = 1000 + number;
  result.name = "model";
  return result;
}

idl::Study stored_study(Storage& storage, const std::string& name) {
  idl::Study result = study(name);
  result.id = storage.create_study(result);
  return result;
}

idl::Session stored_session(Storage& storage, const std::string& name) {
  idl::Session result = session(name);
  storage.create_session(result);
  return result;
}

idl::Attempt stored_attempt(Storage& storage, idl::Session session, const std::string& token) {
  const auto number = static_cast<std::int32_t>(storage.load_attempts(session.id).size()) + 1;
  idl::Attempt result = attempt(session.id, number, token);
  session.state = idl::SessionState::LAUNCHING;
  storage.begin_attempt(result, session);
  return result;
}

}  // namespace automl::storage::records
