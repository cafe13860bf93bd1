// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/run_command.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "executor/runner/child_process.hpp"
#include "executor/runner/process_tree.hpp"

namespace automl::executor {

namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

constexpr std::size_t kShownLine = 200;
constexpr int kReadRounds = 8;
constexpr int kAllRounds = 1 << 20;
// How often memory and processor time are looked at, with and without a memory limit. Looking
// takes at most a fiftieth of the time.
constexpr milliseconds kSampleLimited{100};
constexpr milliseconds kSampleFree{500};
constexpr int kSampleShare = 50;
constexpr milliseconds kKillAgain{50};
// What a command leaves behind when it ends by itself gets this long after SIGTERM.
constexpr milliseconds kLeftoverGrace{1'000};
constexpr milliseconds kLongestWait{1'000};

std::int64_t wall_ms() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string in_units(std::int64_t bytes) {
  char text[48];
  std::snprintf(text, sizeof text, "%.4g MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

rusage ended_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return usage;
}

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return "signal " + std::to_string(number) +
         (name == nullptr ? "" : " (SIG" + std::string(name) + ")");
}

}  // namespace

CommandRun::CommandRun(Command command,
                       int signals,
                       SessionLog& log,
                       MetricPatterns* patterns,
                       ReportSocket* socket,
                       ReportForwarder& forwarder)
    : command_(std::move(command)),
      signals_(signals),
      log_(log),
      patterns_(patterns),
      socket_(socket),
      forwarder_(forwarder),
      out_("out", log, [this](std::string_view line) { take_line(line); }),
      err_("err", log, [this](std::string_view line) {
        take_line(line);
        if (line.find_first_not_of(" \t") != std::string_view::npos) {
          last_error_line_.assign(line.substr(0, kShownLine));
        }
      }) {}

idl::ExitReport CommandRun::run() {
  idl::ExitReport report;
  report.started_ms = wall_ms();
  if (refused_before_start()) {
    report.cause = stop_cause_;
    report.message = stop_why_;
    report.ended_ms = report.started_ms;
    return report;
  }
  const rusage before = ended_children();
  memory_kills_before_ = out_of_memory_kills();
  const ChildProcess child =
      start_child(command_.arguments, command_.environment, command_.directory);
  child_ = child.pid;
  out_.open(child.out);
  err_.open(child.err);
  started_ = Clock::now();
  sampled_ = started_;
  next_sample_ = started_ + kSampleLimited;
  loop_until_nothing_is_left();
  for (OutputStream* stream : {&out_, &err_}) {
    stream->read_some(kAllRounds);
    stream->finish();
  }
  log_.flush();
  forwarder_.log_grew();
  if (socket_ != nullptr) {
    socket_->drain();  // reports whose sender did not wait for the answer
  }
  const rusage after = ended_children();
  report.cpu_s = seconds(after.ru_utime) + seconds(after.ru_stime) - seconds(before.ru_utime) -
                 seconds(before.ru_stime);
  // `ru_maxrss` is that of the largest process so far; short ones are between two samples.
  report.peak_memory_bytes = peak_memory_bytes_;
  if (after.ru_maxrss > before.ru_maxrss || before.ru_maxrss == 0) {
    report.peak_memory_bytes =
        std::max<std::int64_t>(peak_memory_bytes_, after.ru_maxrss * std::int64_t{1024});
  }
  report.ended_ms = wall_ms();
  if (stop_cause_ == idl::ExitCause::PAUSED && !told_to_pause()) {
    stop_cause_ = idl::ExitCause::EXITED;  // it had ended by itself
  } else if (stop_cause_ == idl::ExitCause::EXITED && told_to_pause()) {
    stop_cause_ = idl::ExitCause::PAUSED;  // it was quicker than this loop
    stop_why_ = forwarder_.verdict().reason;
  }
  describe_end(report);
  return report;
}

// The engine may have decided while code or environment were prepared.
bool CommandRun::refused_before_start() {
  heed_engine();
  return stop_cause_ != idl::ExitCause::EXITED;
}

void CommandRun::describe_end(idl::ExitReport& report) const {
  report.cause = stop_cause_;
  if (WIFSIGNALED(status_)) {
    report.signal = WTERMSIG(status_);
  } else {
    report.code = WEXITSTATUS(status_);
  }
  if (stop_cause_ != idl::ExitCause::EXITED) {
    report.message = stop_why_;
    return;
  }
  // A shell reports the signal that ended its last command as 128 + signal.
  const int within = report.code > 128 && report.code < 128 + NSIG ? report.code - 128 : 0;
  const bool killed = report.signal == SIGKILL || within == SIGKILL;
  if (killed && memory_kills_before_ >= 0 && out_of_memory_kills() > memory_kills_before_) {
    report.cause = idl::ExitCause::OUT_OF_MEMORY;
    report.message = "killed by the kernel: out of memory";
    return;
  }
  if (report.signal != 0) {
    report.cause = idl::ExitCause::SIGNALED;
    report.message = "killed by " + signal_name(report.signal);
  } else if (report.code != 0) {
    report.message = "exited with code " + std::to_string(report.code) +
                     (within == 0 ? "" : ", " + signal_name(within));
  }
  if (!report.message.empty() && !last_error_line_.empty()) {
    report.message += ": " + printable(last_error_line_);
  }
}

void CommandRun::loop_until_nothing_is_left() {
  std::vector<pollfd> polled;
  do {
    polled.clear();
    polled.push_back({signals_, POLLIN, 0});
    polled.push_back({forwarder_.wake_fd(), POLLIN, 0});
    polled.push_back({out_.fd(), POLLIN, 0});
    polled.push_back({err_.fd(), POLLIN, 0});
    if (socket_ != nullptr) {
      socket_->add_to(polled);
    }
    poll(polled.data(), polled.size(), poll_timeout_ms());
    handle_wakeups(polled);
    check_limits();
    escalate();
  } while (reap());
}

void CommandRun::handle_wakeups(const std::vector<pollfd>& polled) {
  if ((polled[0].revents & POLLIN) != 0) {
    signalfd_siginfo signal{};
    while (read(signals_, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
      if (signal.ssi_signo != SIGCHLD && stop_cause_ == idl::ExitCause::PAUSED) {
        terminate();
      } else if (signal.ssi_signo != SIGCHLD) {
        stop(idl::ExitCause::STOPPED, "its runner was told to end", false);
      }
    }
  }
  if ((polled[1].revents & POLLIN) != 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(forwarder_.wake_fd(), &count, sizeof count);
    heed_engine();
  }
  if (polled[2].revents != 0 || polled[3].revents != 0) {
    out_.read_some(kReadRounds);
    err_.read_some(kReadRounds);
    log_.flush();
    forwarder_.log_grew();
  }
  if (socket_ != nullptr) {
    socket_->serve(polled, 4);
  }
}

void CommandRun::heed_engine() {
  const idl::Verdict verdict = forwarder_.verdict();
  if (forwarder_.superseded()) {
    stop(idl::ExitCause::LOST, "another attempt has taken over", true);
  } else if (verdict.action == idl::VerdictAction::PAUSE) {
    pause(verdict.reason);
  } else if (verdict.action == idl::VerdictAction::STOP) {
    stop(idl::ExitCause::STOPPED, verdict.reason, verdict.kill);
  }
}

int CommandRun::poll_timeout_ms() const {
  auto until = std::min({next_sample_, terminate_at_, kill_at_, Clock::now() + kLongestWait});
  if (command_.time_limit_s > 0 && stop_cause_ == idl::ExitCause::EXITED) {
    until = std::min(until, started_ + std::chrono::seconds(command_.time_limit_s));
  }
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongestWait.count()));
}

void CommandRun::take_line(std::string_view line) {
  if (patterns_ == nullptr || patterns_->empty()) {
    return;
  }
  auto metrics = patterns_->match(line);
  for (const std::string& metric : patterns_->newly_given_up()) {
    log_.add("err",
             "automl: the pattern of " + metric + " takes too long, it is not used further",
             false);
  }
  if (metrics.empty()) {
    return;
  }
  std::optional<std::int64_t> step;
  // A pattern named "step" numbers what is found in the same line.
  if (const auto named = metrics.find("step"); named != metrics.end() && metrics.size() > 1) {
    if (std::abs(named->second) < 9e15) {
      step = static_cast<std::int64_t>(named->second);
    }
    metrics.erase(named);
  }
  forwarder_.add(std::move(metrics), step);
}

void CommandRun::sample_usage() {
  const auto now = Clock::now();
  const std::vector<Process> processes = descendants();
  std::int64_t memory_bytes = 0;
  double cpu_s = 0;
  for (const Process& process : processes) {
    memory_bytes += process.memory_bytes;
    cpu_s += process.cpu_s;
  }
  // Shared pages count several times in the sum; only where it matters are they told apart.
  if (command_.memory_bytes > 0 && memory_bytes > command_.memory_bytes && processes.size() > 1) {
    memory_bytes = proportional_memory(processes);
  }
  peak_memory_bytes_ = std::max(peak_memory_bytes_, memory_bytes);
  const double elapsed_s = duration<double>(now - sampled_).count();
  const double spent_s = std::max(0.0, cpu_s - last_cpu_s_);
  last_cpu_s_ = cpu_s;
  sampled_ = now;
  forwarder_.set_usage(memory_bytes, elapsed_s > 0 ? 100 * spent_s / elapsed_s : 0);
  // Twice in a row: processes that end while they are looked at count for too much.
  samples_above_limit_ = command_.memory_bytes > 0 && memory_bytes > command_.memory_bytes
                             ? samples_above_limit_ + 1
                             : 0;
  if (samples_above_limit_ >= 2) {
    stop(idl::ExitCause::OUT_OF_MEMORY,
         "used " + in_units(memory_bytes) + " of memory, its limit is " +
             in_units(command_.memory_bytes),
         true);
  }
  const auto pause = command_.memory_bytes > 0 ? kSampleLimited : kSampleFree;
  next_sample_ = now + std::max<Clock::duration>(pause, kSampleShare * (Clock::now() - now));
}

void CommandRun::check_limits() {
  const auto now = Clock::now();
  if (now >= next_sample_) {
    sample_usage();
  }
  if (command_.time_limit_s > 0 && !child_ended_ && stop_cause_ == idl::ExitCause::EXITED &&
      now - started_ >= std::chrono::seconds(command_.time_limit_s)) {
    stop(idl::ExitCause::TIMEOUT,
         "ran longer than its time limit of " + std::to_string(command_.time_limit_s) + " s",
         false);
  }
}

// Whoever handles SIGUSR1 or talks to its runner is given the time to save and to end; all others
// would only lose it.
void CommandRun::pause(const std::string& why) {
  if (stop_cause_ != idl::ExitCause::EXITED || child_ended_) {
    return;
  }
  stop_cause_ = idl::ExitCause::PAUSED;
  stop_why_ = why;
  if (child_ == 0) {
    return;
  }
  signalled_ = signal_those_who_handle_it(child_, descendants(), SIGUSR1) > 0;
  if (!signalled_ && (socket_ == nullptr || !socket_->used())) {
    return terminate();
  }
  terminate_at_ = Clock::now() + grace();
}

bool CommandRun::told_to_pause() const {
  return child_ == 0 || signalled_ || (socket_ != nullptr && socket_->told_to_pause());
}

void CommandRun::terminate() {
  signalled_ = true;
  terminate_at_ = Clock::time_point::max();
  kill_at_ = Clock::now() + grace();
  const std::vector<Process> processes = descendants();
  signal_all(processes, SIGTERM);
  signal_all(processes, SIGCONT);  // what is stopped would not see it
}

CommandRun::Clock::duration CommandRun::grace() const {
  return std::chrono::duration_cast<Clock::duration>(duration<double>(command_.grace_s));
}

void CommandRun::stop(idl::ExitCause::type cause, const std::string& why, bool at_once) {
  using Cause = idl::ExitCause;
  if ((stop_cause_ == Cause::EXITED || stop_cause_ == Cause::PAUSED) && !child_ended_) {
    stop_cause_ = cause;
    stop_why_ = why;
    if (child_ == 0) {
      return;
    }
    if (!at_once) {
      return terminate();
    }
  }
  if (at_once) {
    kill_at_ = std::min(kill_at_, Clock::now());
  }
}

void CommandRun::escalate() {
  if (Clock::now() >= terminate_at_) {
    terminate();
  }
  if (Clock::now() >= kill_at_) {
    kill_descendants();
    kill_at_ = Clock::now() + kKillAgain;
  }
}

bool CommandRun::reap() {
  int status = 0;
  pid_t pid = 0;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid == child_) {
      status_ = status;
      child_ended_ = true;
      if (stop_cause_ == idl::ExitCause::EXITED) {
        end_leftovers();
      } else if (terminate_at_ != Clock::time_point::max()) {
        terminate();
      }
    }
  }
  return pid == 0;
}

// The command has ended by itself; whatever it left behind ends now.
void CommandRun::end_leftovers() {
  siginfo_t next{};
  if (waitid(P_ALL, 0, &next, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return;  // nothing is left, the usual case
  }
  const std::vector<Process> left = descendants();
  signal_all(left, SIGTERM);
  signal_all(left, SIGCONT);
  kill_at_ = Clock::now() + kLeftoverGrace;
}

}  // namespace automl::executor
