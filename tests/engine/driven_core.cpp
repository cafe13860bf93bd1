// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/driven_core.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/study_search.hpp"

#include "storage/sql/sql_storage.hpp"
#include "storage/sqlite/connection.hpp"

namespace automl::engine {

idl::StudySpec small_study(const std::string& name) {
  idl::Parameter x;
  x.name = "x";
  x.kind = idl::ParameterKind::FLOAT;
  x.high = 1;
  idl::StudySpec spec;
  spec.name = name;
  spec.command = "train ${args}";
  spec.objectives.resize(1);
  spec.objectives[0].metric = "loss";
  spec.objectives[0].goal = idl::Goal::MINIMIZE;
  spec.objectives[0].rule = idl::ValueRule::LAST;
  spec.space = {x};
  spec.algorithm.name = "random";
  spec.parallel = 1;
  spec.resources.cpus = 1;
  spec.budget.trials = 3;
  spec.seed = 7;
  return spec;
}

idl::Constraint bound(const std::string& metric, idl::ComparisonOp::type op, double limit) {
  idl::Constraint constraint;
  constraint.metric = metric;
  constraint.op = op;
  constraint.bound = limit;
  return constraint;
}

idl::Node node_of(const std::string& name, int cpus, int gpus, std::int64_t memory_bytes) {
  idl::Node node;
  node.name = name;
  node.cpus = cpus;
  node.memory_bytes = memory_bytes;
  for (int i = 0; i < gpus; ++i) {
    idl::Gpu gpu;
    gpu.index = i;
    node.gpus.push_back(gpu);
  }
  return node;
}

idl::Measurement measured(std::int64_t sequence, double loss) {
  idl::Measurement measurement;
  measurement.sequence = sequence;
  measurement.step = sequence;
  measurement.metrics = {{"loss", loss}};
  return measurement;
}

idl::ExitReport exited(int code) {
  idl::ExitReport exit;
  exit.cause = idl::ExitCause::EXITED;
  exit.code = code;
  exit.message = code == 0 ? "" : "exit code " + std::to_string(code);
  return exit;
}

idl::ExitReport ended(idl::ExitCause::type cause) {
  idl::ExitReport exit;
  exit.cause = cause;
  return exit;
}

DrivenCore::DrivenCore(Settings settings, executor::Capabilities capabilities)
    : settings_(std::move(settings)),
      capabilities_(std::move(capabilities)),
      connection_(std::make_shared<storage::SqliteConnection>(":memory:")) {
  restart();
}

DrivenCore::DrivenCore(std::unique_ptr<storage::Storage> storage, Settings settings)
    : settings_(std::move(settings)), capabilities_{"scripted"}, storage_(std::move(storage)) {
  restart();
}

DrivenCore::~DrivenCore() = default;

void DrivenCore::restart() {
  core_.reset();
  if (connection_) {
    storage_ = std::make_unique<storage::SqlStorage>(connection_);
  }
  Clock& clock = *this;
  Random& random = *this;
  core_ = std::make_unique<Core>(*storage_, capabilities_, clock, random, settings_);
  carry_out(core_->start());
  turn(CapacityRead{{node_of("n", 8, 4, 64LL << 30)}});
}

std::string DrivenCore::token() {
  std::string digits = std::to_string(++tokens_);
  return std::string(32 - digits.size(), '0') + digits;
}

void DrivenCore::carry_out(std::vector<Effect> effects) {
  for (Effect& effect : effects) {
    if (auto* reply = std::get_if<Reply>(&effect)) {
      replies_.emplace_back(reply->call, *reply->payload);
    } else if (auto* launch = std::get_if<Launch>(&effect)) {
      launches_.push_back(std::move(launch->request));
    } else if (auto* cancel = std::get_if<CancelAttempt>(&effect)) {
      cancelled_.push_back(cancel->token);
    } else if (std::holds_alternative<SweepArtifacts>(effect)) {
      ++sweeps_;
    } else if (auto* question = std::get_if<FindAttempt>(&effect)) {
      searched_.push_back(question->token);
    } else if (auto* request = std::get_if<ComputeSuggestion>(&effect)) {
      if (holding_) {
        held_.push_back(*request);
      } else {
        compute(*request);
      }
    }
  }
}

void DrivenCore::compute(const ComputeSuggestion& request) {
  StudySearch& search = *request.search;
  const auto index = static_cast<std::uint64_t>(request.proposal);
  waiting_.emplace_back(Suggested{request.ticket,
                                  search.sampler->suggest({.history = search.learned(),
                                                           .pending = search.pending,
                                                           .index = index,
                                                           .seed = search.seed,
                                                           .count = request.count})});
}

void DrivenCore::release_suggestions() {
  holding_ = false;
  for (const ComputeSuggestion& request : std::exchange(held_, {})) {
    compute(request);
  }
  turn(TimerFired());
}

CallId DrivenCore::ask_without_waiting(const std::string& study) {
  const Caller by = caller("", study);
  turn(TrialsAsked{by, study, 1});
  return by.call;
}

std::optional<Payload> DrivenCore::reply_to(CallId call) const {
  for (const auto& [answered, payload] : replies_) {
    if (answered == call) {
      return payload;
    }
  }
  return std::nullopt;
}

void DrivenCore::turn(Event event) {
  waiting_.push_back(std::move(event));
  while (!waiting_.empty()) {
    carry_out(core_->turn(std::exchange(waiting_, {})));
  }
}

void DrivenCore::wait_ms(std::int64_t duration) {
  const std::int64_t end_ms = monotonic_ms_ + duration;
  // At most that many deadlines: a core whose deadline stays in the past would never end.
  for (int i = 0; i < 10'000 && monotonic_ms_ < end_ms; ++i) {
    const std::int64_t next_ms = std::clamp(core_->deadline(), monotonic_ms_ + 1, end_ms);
    wall_ms_ += next_ms - monotonic_ms_;
    monotonic_ms_ = next_ms;
    turn(TimerFired());
  }
}

Payload DrivenCore::answer(CallId call, Event event) {
  turn(std::move(event));
  if (std::optional<Payload> reply = reply_to(call)) {
    return *std::move(reply);
  }
  ADD_FAILURE() << "the call was not answered";
  return std::monostate();
}

Caller DrivenCore::caller(const std::string& request, const std::string& body) {
  return {++calls_, user_, request, body};
}

Payload DrivenCore::submit(const idl::StudySpec& spec, const std::string& request) {
  const Caller by = caller(request, spec.name);
  return answer(by.call, StudySubmitted{by, spec, "", "", "", "", false});
}

Payload DrivenCore::change(const std::string& study,
                           idl::StudyAction::type action,
                           const std::string& request) {
  const Caller by = caller(request, study + std::to_string(action));
  return answer(by.call, StudyChangeRequested{by, study, action});
}

Payload DrivenCore::submit_session(const idl::SessionSpec& spec, const std::string& request) {
  const Caller by = caller(request, spec.command);
  return answer(by.call, SessionSubmitted{by, spec, "digits"});
}

Payload DrivenCore::stop_session(const std::string& name, bool kill) {
  const Caller by = caller("", name);
  return answer(by.call, SessionStopRequested{by, name, kill});
}

Payload DrivenCore::change_session(const std::string& name, idl::SessionAction::type action) {
  const Caller by = caller("", name);
  return answer(by.call, SessionChangeRequested{by, name, action});
}

Payload DrivenCore::enqueue(const std::string& study,
                            const std::map<std::string, std::string>& values,
                            const std::string& request) {
  std::string body = study;
  for (const auto& [name, value] : values) {
    body += " " + name + "=" + value;
  }
  const Caller by = caller(request, body);
  return answer(by.call, ConfigurationEnqueued{by, study, values});
}

Payload DrivenCore::fork(const std::string& session,
                         std::int64_t checkpoint,
                         const std::string& request) {
  const Caller by = caller(request, session + std::to_string(checkpoint));
  return answer(by.call, SessionForked{by, session, checkpoint});
}

Payload DrivenCore::retry(const std::string& study, const std::string& request) {
  const Caller by = caller(request, study);
  return answer(by.call, FailedRetried{by, study});
}

Payload DrivenCore::edit(const idl::StudySpec& spec,
                         const std::string& request,
                         std::int64_t version,
                         bool dry_run) {
  const Caller by = caller(request, spec.name);
  StudyEdited event;
  event.caller = by;
  event.study = spec.name;
  event.spec = spec;
  event.version = version > 0 ? version : study(spec.name).file_version;
  event.dry_run = dry_run;
  return answer(by.call, std::move(event));
}

Payload DrivenCore::ask(const std::string& study, int count, const std::string& request) {
  const Caller by = caller(request, study + std::to_string(count));
  return answer(by.call, TrialsAsked{by, study, count});
}

Payload DrivenCore::tell(const std::string& study,
                         std::int64_t number,
                         std::optional<double> value) {
  idl::Outcome outcome;
  if (value) {
    outcome.__set_value(*value);
  } else {
    outcome.failure = "told to fail";
  }
  return tell(study, number, outcome);
}

Payload DrivenCore::tell(const std::string& study,
                         std::int64_t number,
                         const idl::Outcome& outcome) {
  const Caller by = caller("", study);
  return answer(by.call, TrialTold{by, study, number, outcome});
}

Payload DrivenCore::register_runner(const std::string& token, const std::string& handle) {
  idl::RunnerIdentity runner;
  runner.node = "n";
  runner.handle = handle;
  const CallId call = ++calls_;
  return answer(call, RunnerRegistered{call, token, runner});
}

Payload DrivenCore::report(const std::string& token,
                           const std::vector<idl::Measurement>& measurements) {
  idl::ReportBatch batch;
  batch.measurements = measurements;
  return report_batch(token, batch);
}

Payload DrivenCore::report_batch(const std::string& token, const idl::ReportBatch& batch) {
  const CallId call = ++calls_;
  return answer(call, BatchReported{call, token, batch});
}

Payload DrivenCore::finish(const std::string& token, const idl::ExitReport& exit) {
  const CallId call = ++calls_;
  return answer(call, RunnerFinished{call, token, exit});
}

void DrivenCore::complete(const std::string& token, double loss) {
  complete(token, {{"loss", loss}});
}

void DrivenCore::complete(const std::string& token, const std::map<std::string, double>& metrics) {
  register_runner(token);
  idl::Measurement measurement = measured(1, 0);
  measurement.metrics = metrics;
  report(token, {measurement});
  finish(token, exited(0));
}

void DrivenCore::find(const std::string& token,
                      executor::Presence presence,
                      std::optional<idl::ExitReport> exit) {
  turn(AttemptFound{{token, presence, "runner", std::move(exit)}});
}

std::string DrivenCore::take_token() {
  const std::vector<executor::LaunchRequest> launches = take_launches();
  EXPECT_EQ(launches.size(), 1U);
  return launches.empty() ? "" : launches.back().token;
}

idl::Study DrivenCore::study(const std::string& name) {
  for (idl::Study& study : storage_->load_studies()) {
    if (study.spec.name == name) {
      return study;
    }
  }
  ADD_FAILURE() << "no study " << name << " in the store";
  return {};
}

idl::Trial DrivenCore::trial(const std::string& name, std::int64_t number) {
  const std::vector<idl::Trial> trials = storage_->load_trials(study(name).id, number, 1);
  EXPECT_EQ(trials.size(), 1U);
  return trials.empty() ? idl::Trial() : trials.front();
}

std::vector<idl::Attempt> DrivenCore::attempts(std::int64_t session_id) {
  return storage_->load_attempts(session_id);
}

idl::Session DrivenCore::session(std::int64_t id) {
  return storage_->load_session(id).value_or(idl::Session());
}

std::string refusal(const Payload& payload) {
  const auto* refused = std::get_if<Refusal>(&payload);
  if (refused == nullptr) {
    return "";
  }
  static const char* const kKinds[] = {
      "invalid", "not found", "conflict", "unavailable", "superseded", "denied"};
  return std::string(kKinds[static_cast<int>(refused->kind)]) + ": " + refused->message;
}

}  // namespace automl::engine
