// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "records_types.h"

#include "executor/runner/metric_patterns.hpp"
#include "executor/runner/output_stream.hpp"
#include "executor/runner/report_socket.hpp"
#include "executor/runner/session_log.hpp"
#include "executor/runner/stages/forward_reports.hpp"

namespace automl::executor {

struct Command {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::string directory;
  std::int64_t time_limit_s = 0;  // 0: none
  std::int64_t memory_bytes = 0;  // 0: no limit
  double grace_s = 10;            // SIGTERM to SIGKILL; before that, request to pause to SIGTERM
};

// Runs one command with everything it starts, to the very end: no process of it is left when `run`
// returns. Its output goes to the log line by line, metrics in it and on the socket to the
// forwarder. Stops or pauses on the engine's verdict, stops on SIGTERM to the runner, and at its
// limits.
class CommandRun {
 public:
  // `signals` is a signalfd for SIGTERM, SIGINT, SIGHUP and SIGCHLD, which must be blocked.
  // `socket` and `patterns` may be null.
  CommandRun(Command command,
             int signals,
             SessionLog& log,
             MetricPatterns* patterns,
             ReportSocket* socket,
             ReportForwarder& forwarder);

  // How it ended. Throws std::runtime_error when it cannot be started at all.
  idl::ExitReport run();

 private:
  using Clock = std::chrono::steady_clock;

  bool refused_before_start();
  void loop_until_nothing_is_left();
  void handle_wakeups(const std::vector<pollfd>& polled);
  void heed_engine();
  void take_line(std::string_view line);
  void check_limits();
  void sample_usage();
  void pause(const std::string& why);
  // Whether the program could know that it was to pause.
  bool told_to_pause() const;
  void stop(idl::ExitCause::type cause, const std::string& why, bool at_once);
  void terminate();
  Clock::duration grace() const;
  void escalate();
  // Collects children that ended; false when there is none left.
  bool reap();
  void end_leftovers();
  void describe_end(idl::ExitReport& report) const;
  int poll_timeout_ms() const;

  Command command_;
  int signals_;
  SessionLog& log_;
  MetricPatterns* patterns_;
  ReportSocket* socket_;
  ReportForwarder& forwarder_;
  OutputStream out_;
  OutputStream err_;
  pid_t child_ = 0;
  bool child_ended_ = false;
  int status_ = 0;
  Clock::time_point started_;
  Clock::time_point sampled_;
  Clock::time_point next_sample_;
  Clock::time_point terminate_at_ = Clock::time_point::max();  // after a request to pause
  Clock::time_point kill_at_ = Clock::time_point::max();
  bool signalled_ = false;  // by a request to pause or to end
  idl::ExitCause::type stop_cause_ = idl::ExitCause::EXITED;
  std::string stop_why_;
  std::string last_error_line_;
  std::int64_t peak_memory_bytes_ = 0;
  int samples_above_limit_ = 0;
  double last_cpu_s_ = 0;
  std::int64_t memory_kills_before_ = -1;
};

}  // namespace automl::executor
