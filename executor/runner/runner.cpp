// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/runner.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <signal.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "executor/attempt_directory.hpp"
#include "executor/last_checkpoint.hpp"
#include "executor/local/process.hpp"
#include "executor/runner/attempt.hpp"
#include "executor/runner/stages/forward_reports.hpp"

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
  const int file = open(directory.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  return file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0;
}

// The engine has the result: the folder is of no more use.
void clean_up(const AttemptDirectory& directory) { remove_folder(retire(directory)); }

idl::RunnerIdentity identity_of(const std::string& handle) {
  idl::RunnerIdentity identity;
  identity.node = "local";
  identity.pid = getpid();
  identity.handle = handle;
  return identity;
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

// The end of an attempt whose runner died before its command had ended.
idl::ExitReport lost(std::int64_t last_sequence) {
  idl::ExitReport report;
  report.cause = idl::ExitCause::LOST;
  report.message = "its runner died or its machine went down";
  report.last_sequence = last_sequence;
  return report;
}

// For a runner that died: what it began with, had measured and saved, and its result, if it came to
// one.
int deliver(const RunnerOptions& options, const AttemptDirectory& directory, int signals) {
  const auto result = read_result(directory);
  if (!result && means_are_short(errno)) {
    return 1;
  }
  ReportForwarder forwarder(idl::parse_endpoint(options.engine),
                            options.token,
                            identity_of(read_attempt_file(directory.runner()).value_or("")),
                            signals);
  const auto order = forwarder.register_runner(kPatience);
  if (forwarder.superseded()) {
    clean_up(directory);
    return 0;
  }
  if (!order) {
    return 1;
  }
  if (const auto start = read_start(directory)) {
    forwarder.set_start(*start);
  } else if (means_are_short(errno)) {
    return 1;
  }
  const SessionLog log(directory.log_spool(), order->log_limit_bytes, true);
  const auto saved = read_last_checkpoint(options.home, order->session.id);
  const bool ours = saved && saved->attempt == order->attempt.number;
  if (ours && saved->number > order->last_checkpoint) {
    forwarder.add_checkpoint(*saved);
  }
  forwarder.start(nullptr,
                  &log,
                  Spool::read(directory.spool()),
                  order->attempt.acknowledged_sequence,
                  std::chrono::duration<double>(order->heartbeat_s));
  const int code =
      settle_with_engine(directory, forwarder, result.value_or(lost(forwarder.last_sequence())));
  forwarder.stop();
  return code;
}

}  // namespace

int run_attempt(const RunnerOptions& options) {
  const AttemptDirectory directory(options.directory);
  const int signals = block_signals();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (!take_lock(directory)) {
    std::cerr << "another runner works on this attempt, or its folder is not writable\n";
    return 1;
  }
  if (options.deliver) {
    return deliver(options, directory, signals);
  }
  if (fs::exists(directory.runner())) {
    std::cerr << "this attempt was started before\n";
    return 1;
  }
  const std::string handle = identify(getpid()).value().text();
  if (!write_whole(directory.runner(), handle, false)) {
    std::cerr << "cannot write " << directory.runner() << ": " << std::strerror(errno) << "\n";
    return 1;
  }
  ReportForwarder forwarder(
      idl::parse_endpoint(options.engine), options.token, identity_of(handle), signals);
  const auto order = forwarder.register_runner(kPatience);
  if (!order) {
    clean_up(directory);
    return 1;
  }
  Attempt attempt(options, directory, *order, forwarder, signals);
  const idl::ExitReport report = attempt.run();
  if (!write_result(directory, report)) {
    std::cerr << "the result could not be written: " << std::strerror(errno) << "\n";
  }
  return settle_with_engine(directory, forwarder, report);
}

}  // namespace automl::executor
