// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/runner.hpp"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <signal.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "executor/attempt_directory.hpp"
#include "executor/local/process.hpp"
#include "executor/runner/stages/extract_code.hpp"
#include "executor/runner/stages/forward_reports.hpp"
#include "executor/runner/stages/prepare_environment.hpp"
#include "executor/runner/stages/run_command.hpp"
#include "executor/runner/stages/stage_dataset.hpp"

extern char** environ;  // NOLINT: declared by POSIX for the program to see

namespace automl::executor {

namespace fs = std::filesystem;

namespace {

// How long a runner keeps trying to reach its engine.
constexpr std::chrono::hours kPatience{24};
// An engine that runs takes a result within this time.
constexpr std::chrono::seconds kAtOnce{2};

int block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) {
    sigaddset(&signals, number);
  }
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Held until this process dies; false when another runner holds it.
bool take_lock(const AttemptDirectory& directory) {
  const int file = open(directory.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  return file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0;
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
  }
}

std::string joined(const std::vector<std::int32_t>& numbers) {
  std::string text;
  for (const std::int32_t number : numbers) {
    text += (text.empty() ? "" : ",") + std::to_string(number);
  }
  return text;
}

// One attempt: the stages in order.
class Attempt {
 public:
  Attempt(const RunnerOptions& options,
          AttemptDirectory directory,
          idl::RunnerOrder order,
          ReportForwarder& forwarder,
          int signals)
      : options_(options),
        directory_(std::move(directory)),
        order_(std::move(order)),
        forwarder_(forwarder),
        signals_(signals),
        log_(directory_.log_spool(), order_.log_limit_bytes),
        patterns_(order_.session.spec.metrics),
        socket_(attempt_tag(options.token),
                [this](const ProgramReport& report) { return take_report(report); }) {}

  SessionLog& log() { return log_; }

  idl::ExitReport run() {
    idl::ExitReport report;
    try {
      prepare_folders();
      environment_.merge(stage_datasets(spec().datasets));
      stage_code();
      stage_environment();
      report = run_command();
    } catch (const std::exception& error) {
      report.cause = idl::ExitCause::NOT_STARTED;
      report.message = error.what();
      log_.add("err", "automl: " + report.message, false);
    }
    if (report.cause == idl::ExitCause::EXITED && report.code == 0) {
      report.message = missing_metric();
    }
    report.matches = patterns_.matches();
    log_.finish();
    report.log_bytes_dropped = log_.dropped();
    report.last_sequence = forwarder_.last_sequence();
    return report;
  }

 private:
  const idl::SessionSpec& spec() const { return order_.session.spec; }

  idl::Verdict take_report(const ProgramReport& report) {
    if (!report.asks_only) {
      for (const auto& [metric, value] : report.metrics) {
        patterns_.count(metric, metric + " = " + std::to_string(value));
      }
      forwarder_.add(report.metrics, report.step);
    }
    return forwarder_.verdict();
  }

  void prepare_folders() {
    const std::string session = options_.home + "/sessions/" + std::to_string(order_.session.id);
    output_ = session + "/output";
    checkpoint_ = session + "/checkpoint";
    fs::create_directories(output_);
    fs::create_directories(checkpoint_);
    params_ = directory_.path() + "/params.json";
    write_text(params_, spec().params_json.empty() ? "{}" : spec().params_json);
  }

  void stage_code() {
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
      extract_code(order_.code_archive, spec().code_digest, order_.cache_directory, work_);
    }
  }

  void stage_environment() {
    set_variables();
    if (spec().setup.empty()) {
      return;
    }
    const std::string folder = prepare_environment(
        work_ + "/" + spec().setup, order_.cache_directory, [this](Command command) {
          command.environment = environment_;
          command.grace_s = order_.grace_s;
          CommandRun step(std::move(command), signals_, log_, nullptr, nullptr, forwarder_);
          return step.run();
        });
    environment_["VIRTUAL_ENV"] = folder;
    environment_["PATH"] = folder + "/bin:" + environment_["PATH"];
  }

  // What the program sees: this process's environment, automl's variables, the user's own last.
  void set_variables() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string text = *entry;
      const auto equals = text.find('=');
      if (equals != std::string::npos) {
        variables[text.substr(0, equals)] = text.substr(equals + 1);
      }
    }
    variables.erase("AUTOML_TOKEN");
    variables.erase("AUTOML_HOME");
    const idl::Placement& placement = order_.attempt.placement;
    variables["AUTOML_SESSION"] = order_.session.name;
    if (order_.session.study_id != 0) {
      variables["AUTOML_STUDY"] = order_.study;
      variables["AUTOML_TRIAL"] = std::to_string(order_.trial_number);
    }
    variables["AUTOML_PARAMS"] = params_;
    variables["AUTOML_OUTPUT"] = output_;
    variables["AUTOML_CHECKPOINT"] = checkpoint_;
    variables["AUTOML_SOCKET"] = socket_.path();
    variables["CUDA_VISIBLE_DEVICES"] = joined(placement.gpus);
    variables["PYTHONUNBUFFERED"] = "1";
    if (placement.cpus > 0) {
      variables.emplace("OMP_NUM_THREADS", std::to_string(placement.cpus));
    }
    std::string& python_path = variables["PYTHONPATH"];
    python_path = options_.python_path + (python_path.empty() ? "" : ":" + python_path);
    for (const auto& [name, value] : spec().environment) {
      variables[name] = value;
    }
    variables.merge(environment_);
    environment_ = std::move(variables);
  }

  idl::ExitReport run_command() {
    Command command;
    command.arguments = {"/bin/sh", "-c", spec().command};
    command.environment = environment_;
    command.directory = work_;
    command.time_limit_s = spec().resources.time_s;
    command.memory_bytes = spec().resources.memory_bytes;
    command.grace_s = order_.grace_s;
    CommandRun run(std::move(command), signals_, log_, &patterns_, &socket_, forwarder_);
    return run.run();
  }

  // Which pattern found nothing, when the metric that is needed did not come.
  std::string missing_metric() const {
    if (spec().required_metric.empty()) {
      return "";
    }
    for (const idl::MetricMatch& match : patterns_.matches()) {
      if (match.metric == spec().required_metric && match.count > 0) {
        return "";
      }
    }
    for (const idl::MetricPattern& pattern : spec().metrics) {
      if (pattern.metric == spec().required_metric) {
        return "its pattern '" + pattern.pattern + "' matched none of " +
               std::to_string(patterns_.lines()) + " lines";
      }
    }
    return "";
  }

  const RunnerOptions& options_;
  AttemptDirectory directory_;
  idl::RunnerOrder order_;
  ReportForwarder& forwarder_;
  int signals_;
  SessionLog log_;
  MetricPatterns patterns_;
  ReportSocket socket_;
  std::map<std::string, std::string> environment_;
  std::string work_;
  std::string params_;
  std::string output_;
  std::string checkpoint_;
};

// The engine has the result: the folder is of no more use. Its name goes first, so that a folder
// that is only half removed is not mistaken for an attempt.
void clean_up(const AttemptDirectory& directory) {
  const std::string done = directory.path() + ".done";
  std::error_code error;
  fs::rename(directory.path(), done, error);
  fs::remove_all(error ? directory.path() : done, error);
}

// The result is on disk before the engine hears of it, so that it outlives this process. It is
// synced only when the engine does not take it at once: until then a power cut would end the
// engine, too, and the attempt would be lost and tried again.
int settle_with_engine(const AttemptDirectory& directory,
                       ReportForwarder& forwarder,
                       const idl::ExitReport& report) {
  bool taken = forwarder.finish(report, kAtOnce);
  if (!taken) {
    sync_attempt(directory);
    taken = forwarder.finish(report, kPatience);
  }
  if (taken) {
    clean_up(directory);
    return 0;
  }
  return 1;  // the executor will start another one to deliver it
}

int deliver(const RunnerOptions& options, const AttemptDirectory& directory) {
  const auto report = read_result(directory);
  idl::RunnerIdentity identity;
  identity.node = "local";
  identity.pid = getpid();
  identity.handle = read_file(directory.runner()).value_or("");
  ReportForwarder forwarder(idl::parse_endpoint(options.engine), options.token, identity);
  const auto order = forwarder.register_runner(kPatience);
  if (!report || forwarder.superseded()) {
    clean_up(directory);
    return 0;
  }
  if (!order) {
    return 1;
  }
  Spool spool(directory.spool());
  SessionLog log(directory.log_spool(), order->log_limit_bytes, true);
  const auto left = Spool::read(directory.spool());
  forwarder.start(&spool,
                  &log,
                  {left.begin(), left.end()},
                  order->attempt.acknowledged_sequence,
                  std::chrono::duration<double>(order->heartbeat_s));
  return settle_with_engine(directory, forwarder, *report);
}

}  // namespace

int run_attempt(const RunnerOptions& options) {
  const AttemptDirectory directory(options.directory);
  const int signals = block_signals();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (!take_lock(directory)) {
    std::cerr << "another runner works on this attempt\n";
    return 1;
  }
  if (options.deliver) {
    return deliver(options, directory);
  }
  if (fs::exists(directory.runner())) {
    std::cerr << "this attempt was started before\n";
    return 1;
  }
  idl::RunnerIdentity identity;
  identity.node = "local";
  identity.pid = getpid();
  identity.handle = identify(getpid()).value().text();
  write_text(directory.runner() + ".new", identity.handle);
  fs::rename(directory.runner() + ".new", directory.runner());

  ReportForwarder forwarder(idl::parse_endpoint(options.engine), options.token, identity);
  const auto order = forwarder.register_runner(kPatience);
  if (!order) {
    clean_up(directory);
    return 1;
  }
  Spool spool(directory.spool());
  Attempt attempt(options, directory, *order, forwarder, signals);
  forwarder.start(&spool,
                  &attempt.log(),
                  {},
                  order->attempt.acknowledged_sequence,
                  std::chrono::duration<double>(order->heartbeat_s));
  const idl::ExitReport report = attempt.run();
  if (!write_result(directory, report)) {
    std::cerr << "the result could not be written: " << std::strerror(errno) << "\n";
  }
  return settle_with_engine(directory, forwarder, report);
}

}  // namespace automl::executor
