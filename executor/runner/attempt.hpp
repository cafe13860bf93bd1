// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "service_types.h"

#include "executor/attempt_directory.hpp"
#include "executor/runner/metric_patterns.hpp"
#include "executor/runner/program_environment.hpp"
#include "executor/runner/report_socket.hpp"
#include "executor/runner/runner.hpp"
#include "executor/runner/session_log.hpp"
#include "executor/runner/spool.hpp"
#include "executor/runner/stages/forward_reports.hpp"
#include "executor/runner/stages/run_command.hpp"
#include "executor/runner/stages/save_checkpoint.hpp"

namespace automl::executor {

// One attempt: the stages in order, from an order of the engine to the report how it ended. Used by
// one thread.
class Attempt {
 public:
  // All must outlive it; `signals` is a signalfd, see CommandRun.
  Attempt(const RunnerOptions& options,
          const AttemptDirectory& directory,
          const idl::RunnerOrder& order,
          ReportForwarder& forwarder,
          int signals);
  // Its log and spool are read by the forwarder's thread, which must have ended.
  ~Attempt();

  // Never throws: what keeps the command from running is NOT_STARTED with the reason.
  idl::ExitReport run();

 private:
  const idl::SessionSpec& spec() const { return order_.session.spec; }
  void open_files();
  void prepare_folders();
  void stage_checkpoint();
  // It is not what was ordered.
  void tell_start(const idl::Checkpoint& from);
  void stage_code();
  void stage_environment();
  bool given_up();
  idl::ExitReport run_step(Command command);
  idl::ExitReport run_command();
  idl::Verdict take_report(const ProgramReport& report);
  void save(const std::string& name, CheckpointSaver::Answer answer);
  void close_checkpoints(const idl::ExitReport& report);
  void say(const std::string& line);
  std::string missing_metric() const;
  void close_report(idl::ExitReport& report);

  const RunnerOptions& options_;
  const AttemptDirectory& directory_;
  const idl::RunnerOrder& order_;
  ReportForwarder& forwarder_;
  int signals_;
  std::optional<Spool> spool_;
  std::optional<SessionLog> log_;
  std::optional<MetricPatterns> patterns_;
  std::optional<ReportSocket> socket_;
  std::optional<CheckpointSaver> saver_;  // unset: checkpoints are kept nowhere
  std::map<std::string, std::string> environment_;
  std::string work_;
  ProgramPaths paths_;
  // Set when a stage before the command was stopped from outside.
  std::optional<idl::ExitReport> stopped_;
};

}  // namespace automl::executor
