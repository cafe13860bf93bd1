// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/attempt.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "executor/last_checkpoint.hpp"
#include "executor/runner/stages/extract_code.hpp"
#include "executor/runner/stages/prepare_environment.hpp"
#include "executor/runner/stages/restore_checkpoint.hpp"
#include "executor/runner/stages/stage_dataset.hpp"

namespace automl::executor {

namespace fs = std::filesystem;

namespace {

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
  }
}

}  // namespace

Attempt::Attempt(const RunnerOptions& options,
                 const AttemptDirectory& directory,
                 const idl::RunnerOrder& order,
                 ReportForwarder& forwarder,
                 int signals)
    : options_(options),
      directory_(directory),
      order_(order),
      forwarder_(forwarder),
      signals_(signals) {}

Attempt::~Attempt() { forwarder_.stop(); }

idl::ExitReport Attempt::run() {
  idl::ExitReport report;
  try {
    open_files();
    prepare_folders();
    stage_checkpoint();
    stage_code();
    environment_ = program_environment(order_, paths_, stage_datasets(spec().datasets));
    stage_environment();
    report = run_command();
  } catch (const std::exception& error) {
    if (stopped_) {
      report = *stopped_;
    } else {
      report.cause = idl::ExitCause::NOT_STARTED;
      report.message = error.what();
      if (log_) {
        say(report.message);
      } else {
        std::cerr << report.message << "\n";
      }
    }
  }
  close_checkpoints(report);
  close_report(report);
  return report;
}

// A line of ours in the program's log.
void Attempt::say(const std::string& line) {
  log_->mark_time();
  log_->add("err", "automl: " + printable(line), false);
}

void Attempt::close_report(idl::ExitReport& report) {
  if (report.cause == idl::ExitCause::EXITED && report.code == 0) {
    report.message = missing_metric();
  }
  if (patterns_) {
    report.matches = patterns_->matches();
  }
  forwarder_.end_measurements();
  if (log_) {
    if (forwarder_.dropped() > 0) {
      say(std::to_string(forwarder_.dropped()) + " measurements were too many and are not kept");
    }
    log_->finish();
    report.log_bytes_dropped = log_->dropped();
    forwarder_.log_grew();
  }
  report.last_sequence = forwarder_.last_sequence();
}

void Attempt::open_files() {
  log_.emplace(directory_.log_spool(), order_.log_limit_bytes);
  spool_.emplace(directory_.spool());
  forwarder_.start(&*spool_,
                   &*log_,
                   {},
                   order_.attempt.acknowledged_sequence,
                   std::chrono::duration<double>(order_.heartbeat_s));
  patterns_.emplace(spec().metrics);
  socket_.emplace(
      directory_.socket(),
      [this](const ProgramReport& report) { return take_report(report); },
      [this](const std::string& name, CheckpointSaver::Answer answer) {
        save(name, std::move(answer));
      });
}

idl::Verdict Attempt::take_report(const ProgramReport& report) {
  if (!report.asks_only) {
    for (const auto& [metric, value] : report.metrics) {
      patterns_->count(metric, metric + " = " + std::to_string(value));
    }
    forwarder_.add(report.metrics, report.step);
  }
  if (report.uses) {
    forwarder_.add_used(*report.uses);
  }
  return forwarder_.verdict();
}

void Attempt::prepare_folders() {
  const std::string session = options_.home + "/sessions/" + std::to_string(order_.session.id);
  paths_.output = session + "/output";
  paths_.checkpoint = session + "/checkpoint";
  paths_.params = directory_.path() + "/params.json";
  paths_.socket = socket_->path();
  paths_.python = options_.python_path;
  fs::create_directories(paths_.output);
  write_text(paths_.params, spec().params_json.empty() ? "{}" : spec().params_json);
}

void Attempt::stage_checkpoint() {
  if (order_.artifact_directory.empty()) {
    fs::create_directories(paths_.checkpoint);
    return;
  }
  storage::CheckpointStore store(order_.artifact_directory);
  const RestoredCheckpoint restored = restore_checkpoint(
      store, order_, read_last_checkpoint(options_.home, order_.session.id), paths_.checkpoint);
  for (const std::string& note : restored.notes) {
    say(note);
  }
  CheckpointPlan plan;
  plan.home = options_.home;
  plan.artifacts = order_.artifact_directory;
  plan.folder = paths_.checkpoint;
  plan.session_id = order_.session.id;
  plan.attempt = order_.attempt.number;
  plan.last_number = order_.last_checkpoint;
  plan.interval = std::chrono::duration<double>(order_.checkpoint_interval_s);
  plan.most_bytes = order_.checkpoint_limit_bytes;
  if (restored.unrecorded) {
    forwarder_.add_checkpoint(*restored.from);
    plan.last_number = restored.from->number;
  }
  if (restored.from != (order_.__isset.restore ? std::optional(order_.restore) : std::nullopt)) {
    tell_start(restored.from.value_or(idl::Checkpoint()));
  }
  if (restored.from) {
    plan.last_digest = restored.from->digest;
    forwarder_.continue_after(restored.from->step);
  }
  saver_.emplace(
      std::move(plan),
      [this] { return forwarder_.last_step(); },
      [this] {
        spool_->sync();  // what was measured before it is no less durable than a checkpoint
        return forwarder_.unrecorded_checkpoints();
      },
      [this](const idl::Checkpoint& checkpoint) { forwarder_.add_checkpoint(checkpoint); });
}

void Attempt::tell_start(const idl::Checkpoint& from) {
  if (!write_start(directory_, from)) {
    throw std::runtime_error("cannot write " + directory_.start() + ": " + std::strerror(errno));
  }
  forwarder_.set_start(from);
}

void Attempt::save(const std::string& name, CheckpointSaver::Answer answer) {
  if (saver_) {
    saver_->request(name, std::move(answer));
  } else {
    answer("");  // the folder itself stays where it is
  }
}

// A program that was torn out of its work may have left half a file.
void Attempt::close_checkpoints(const idl::ExitReport& report) {
  if (!saver_ || report.cause == idl::ExitCause::LOST) {
    return;
  }
  const bool by_itself = report.signal == 0 && report.code <= 128;
  saver_->finish(by_itself && (report.code == 0 || report.cause != idl::ExitCause::EXITED));
  for (const std::string& note : saver_->notes()) {
    say(note);
  }
}

void Attempt::stage_code() {
  work_ = spec().working_directory;
  if (!work_.empty()) {
    if (!fs::is_directory(work_)) {
      throw std::runtime_error("the folder " + work_ + " is gone");
    }
    return;
  }
  work_ = directory_.work();
  if (spec().code_digest.empty()) {
    fs::create_directories(work_);
  } else {
    extract_code({order_.code_archive, spec().code_digest, order_.cache_directory}, work_, [this] {
      return given_up();
    });
  }
}

void Attempt::stage_environment() {
  if (spec().setup.empty()) {
    return;
  }
  SetUp set_up;
  set_up.requirements = work_ + "/" + spec().setup;
  set_up.cache = order_.cache_directory;
  set_up.search_path = environment_["PATH"];
  set_up.given_up = [this] { return given_up(); };
  set_up.run = [this](Command command) { return run_step(std::move(command)); };
  const std::string folder = prepare_environment(set_up);
  environment_["VIRTUAL_ENV"] = folder;
  environment_["PATH"] = folder + "/bin:" + environment_["PATH"];
}

// Whether the engine has changed its mind while a stage waits.
bool Attempt::given_up() {
  const idl::Verdict verdict = forwarder_.verdict();
  if (!forwarder_.superseded() && verdict.action == idl::VerdictAction::PROCEED) {
    return false;
  }
  stopped_.emplace();
  stopped_->cause = idl::ExitCause::STOPPED;
  if (forwarder_.superseded()) {
    stopped_->cause = idl::ExitCause::LOST;
  } else if (verdict.action == idl::VerdictAction::PAUSE) {
    stopped_->cause = idl::ExitCause::PAUSED;
  }
  stopped_->message = verdict.reason;
  return true;
}

idl::ExitReport Attempt::run_step(Command command) {
  command.environment = environment_;
  command.grace_s = order_.grace_s;
  CommandRun step(std::move(command), signals_, *log_, nullptr, nullptr, forwarder_);
  idl::ExitReport end = step.run();
  if (end.cause == idl::ExitCause::STOPPED || end.cause == idl::ExitCause::LOST ||
      end.cause == idl::ExitCause::PAUSED) {
    stopped_ = end;
  }
  return end;
}

idl::ExitReport Attempt::run_command() {
  Command command;
  command.arguments = {"/bin/sh", "-c", spec().command};
  command.environment = environment_;
  command.directory = work_;
  command.time_limit_s = spec().resources.time_s;
  command.memory_bytes = spec().resources.memory_bytes;
  command.grace_s = order_.grace_s;
  CommandRun run(std::move(command), signals_, *log_, &*patterns_, &*socket_, forwarder_);
  return run.run();
}

// Which pattern found nothing, when a metric that is needed did not come.
std::string Attempt::missing_metric() const {
  std::vector<std::string> needed = spec().further_required;
  needed.insert(needed.begin(), spec().required_metric);
  const std::vector<idl::MetricMatch> matches = patterns_->matches();
  for (const std::string& metric : needed) {
    const bool matched = std::any_of(matches.begin(), matches.end(), [&](const auto& match) {
      return match.metric == metric && match.count > 0;
    });
    for (const idl::MetricPattern& pattern : spec().metrics) {
      if (pattern.metric == metric && !matched) {
        return "its pattern '" + pattern.pattern + "' matched none of " +
               std::to_string(patterns_->lines()) + " lines";
      }
    }
  }
  return "";
}

}  // namespace automl::executor
