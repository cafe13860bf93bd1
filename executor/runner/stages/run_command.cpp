// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/run_command.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "executor/runner/process_tree.hpp"

namespace automl::executor {

namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

constexpr std::size_t kLogPieceBytes = 16 << 10;
constexpr std::size_t kMatchedBytes = 64 << 10;
constexpr std::size_t kReadBytes = 256 << 10;
constexpr std::size_t kShownLine = 200;
constexpr milliseconds kSampleEvery{200};
constexpr milliseconds kKillAgain{50};
// What a command leaves behind when it ends gets this long after SIGTERM.
constexpr milliseconds kLeftoverGrace{1'000};

std::int64_t wall_ms() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

std::string in_units(std::int64_t bytes) {
  char text[48];
  std::snprintf(text, sizeof text, "%.4g MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

// Runs in the child between fork and exec: only calls that are safe there.
[[noreturn]] void become(
    char* const* arguments, char* const* environment, const char* directory, int out, int err) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, 0);
  dup2(out, 1);
  dup2(err, 2);
  if (chdir(directory) == 0) {
    execve(arguments[0], arguments, environment);
  }
  const char message[] = "automl: the command cannot be started\n";
  [[maybe_unused]] const ssize_t count = write(2, message, sizeof message - 1);
  _exit(127);
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
      forwarder_(forwarder) {}

CommandRun::~CommandRun() {
  for (const Stream* stream : {&out_, &err_}) {
    if (stream->fd >= 0) {
      close(stream->fd);
    }
  }
}

void CommandRun::start() {
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
  }
  std::vector<std::string> entries;
  for (const auto& [name, value] : command_.environment) {
    entries.push_back(name + "=" + value);
  }
  std::vector<char*> arguments = pointers(command_.arguments);
  std::vector<char*> environment = pointers(entries);
  memory_kills_before_ = command_.memory_bytes > 0 ? out_of_memory_kills() : -1;
  child_ = fork();
  if (child_ == 0) {
    become(arguments.data(), environment.data(), command_.directory.c_str(), out[1], err[1]);
  }
  close(out[1]);
  close(err[1]);
  out_.fd = out[0];
  err_.fd = err[0];
  if (child_ < 0) {
    throw std::runtime_error(std::string("no process: ") + std::strerror(errno));
  }
  for (const Stream* stream : {&out_, &err_}) {
    fcntl(stream->fd, F_SETFL, O_NONBLOCK);
    fcntl(stream->fd, F_SETPIPE_SZ, 1 << 20);
  }
  started_ = Clock::now();
  next_sample_ = started_ + kSampleEvery;
}

idl::ExitReport CommandRun::run() {
  idl::ExitReport report;
  report.started_ms = wall_ms();
  start();
  loop_until_ended();
  end_leftovers();
  for (Stream* stream : {&out_, &err_}) {
    read_stream(*stream);
    if (!stream->line.empty() || stream->continued) {
      end_line(*stream);
    }
  }
  log_.flush();
  report.ended_ms = wall_ms();
  report.cause = stop_cause_;
  report.peak_memory_bytes = peak_memory_bytes_;
  rusage children{};
  getrusage(RUSAGE_CHILDREN, &children);
  report.peak_memory_bytes =
      std::max<std::int64_t>(peak_memory_bytes_, children.ru_maxrss * std::int64_t{1024});
  report.cpu_s = static_cast<double>(children.ru_utime.tv_sec + children.ru_stime.tv_sec) +
                 static_cast<double>(children.ru_utime.tv_usec + children.ru_stime.tv_usec) / 1e6;
  if (WIFSIGNALED(status_)) {
    report.signal = WTERMSIG(status_);
    if (stop_cause_ == idl::ExitCause::EXITED) {
      const bool starved = report.signal == SIGKILL && memory_kills_before_ >= 0 &&
                           out_of_memory_kills() > memory_kills_before_;
      report.cause = starved ? idl::ExitCause::OUT_OF_MEMORY : idl::ExitCause::SIGNALED;
    }
  } else {
    report.code = WEXITSTATUS(status_);
  }
  report.message = ending(status_);
  return report;
}

std::string CommandRun::ending(int status) const {
  if (stop_cause_ != idl::ExitCause::EXITED) {
    return stop_why_;
  }
  std::string text;
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    text = "killed by signal " + std::to_string(number) + " (SIG" +
           std::string(sigabbrev_np(number) != nullptr ? sigabbrev_np(number) : "?") + ")";
  } else if (WEXITSTATUS(status) == 0) {
    return "";
  } else {
    text = "exited with code " + std::to_string(WEXITSTATUS(status));
  }
  return last_error_line_.empty() ? text : text + ": " + last_error_line_;
}

void CommandRun::loop_until_ended() {
  std::vector<pollfd> polled;
  while (!child_ended_) {
    polled.clear();
    polled.push_back({signals_, POLLIN, 0});
    polled.push_back({forwarder_.wake_fd(), POLLIN, 0});
    polled.push_back({out_.fd, POLLIN, 0});
    polled.push_back({err_.fd, POLLIN, 0});
    if (socket_ != nullptr) {
      socket_->add_to(polled);
    }
    poll(polled.data(), polled.size(), poll_timeout_ms());
    handle_wakeups(polled);
    check_limits();
    escalate();
    child_ended_ = reap();
  }
}

void CommandRun::handle_wakeups(const std::vector<pollfd>& polled) {
  if ((polled[0].revents & POLLIN) != 0) {
    signalfd_siginfo signal{};
    while (read(signals_, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
      if (signal.ssi_signo != SIGCHLD) {
        stop(idl::ExitCause::STOPPED, "its runner was told to end", false);
      }
    }
  }
  if ((polled[1].revents & POLLIN) != 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(forwarder_.wake_fd(), &count, sizeof count);
    const idl::Verdict verdict = forwarder_.verdict();
    if (forwarder_.superseded()) {
      stop(idl::ExitCause::LOST, "another attempt has taken over", true);
    } else if (verdict.action != idl::VerdictAction::PROCEED) {
      stop(idl::ExitCause::STOPPED, verdict.reason, verdict.kill);
    }
  }
  for (Stream* stream : {&out_, &err_}) {
    const auto& found = polled[stream == &out_ ? 2 : 3];
    if (found.revents != 0 && stream->fd >= 0) {
      read_stream(*stream);
    }
  }
  if (socket_ != nullptr) {
    socket_->serve(polled, 4);
  }
}

int CommandRun::poll_timeout_ms() const {
  const auto until = std::min(next_sample_, kill_at_);
  const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count() + 1;
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000));
}

void CommandRun::read_stream(Stream& stream) {
  static thread_local std::vector<char> buffer(kReadBytes);
  // A few rounds only, so that one stream cannot starve everything else.
  const int rounds = child_ended_ ? 1 << 20 : 8;
  for (int round = 0; round < rounds && stream.fd >= 0; ++round) {
    const ssize_t count = read(stream.fd, buffer.data(), buffer.size());
    if (count > 0) {
      take(stream, std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    } else if (count == 0) {
      close(stream.fd);
      stream.fd = -1;
    } else {
      break;
    }
  }
  log_.flush();
  forwarder_.log_grew();
}

void CommandRun::take(Stream& stream, std::string_view chunk) {
  while (!chunk.empty()) {
    const std::size_t end = chunk.find('\n');
    const std::string_view part = chunk.substr(0, end);
    // Beyond what patterns look at only the log needs the text, piece by piece.
    for (std::size_t at = 0; at < part.size();) {
      const std::size_t room = kMatchedBytes - std::min(stream.line.size(), kMatchedBytes);
      if (room == 0) {
        const std::string_view piece = part.substr(at, kLogPieceBytes);
        log_.add(stream.name, piece, stream.continued);
        stream.continued = true;
        at += piece.size();
        continue;
      }
      const std::string_view piece = part.substr(at, room);
      stream.line.append(piece);
      at += piece.size();
      log_pieces(stream, false);
    }
    if (end == std::string_view::npos) {
      return;
    }
    end_line(stream);
    chunk.remove_prefix(end + 1);
  }
}

void CommandRun::log_pieces(Stream& stream, bool line_ended) {
  const bool full = stream.line.size() == kMatchedBytes;
  while (stream.line.size() - stream.logged >= kLogPieceBytes ||
         ((line_ended || full) && (stream.logged < stream.line.size() || !stream.continued))) {
    const std::string_view piece =
        std::string_view(stream.line).substr(stream.logged, kLogPieceBytes);
    log_.add(stream.name, piece, stream.continued);
    stream.logged += piece.size();
    stream.continued = true;
  }
}

void CommandRun::end_line(Stream& stream) {
  if (!stream.line.empty() && stream.line.back() == '\r') {
    stream.line.pop_back();
    stream.logged = std::min(stream.logged, stream.line.size());
  }
  log_pieces(stream, true);
  if (patterns_ != nullptr && !patterns_->empty()) {
    auto metrics = patterns_->match(stream.line);
    if (!metrics.empty()) {
      std::optional<std::int64_t> step;
      if (const auto named = metrics.find("step"); named != metrics.end() && metrics.size() > 1) {
        step = static_cast<std::int64_t>(named->second);
        metrics.erase(named);
      }
      forwarder_.add(std::move(metrics), step);
    }
  }
  if (&stream == &err_ && stream.line.find_first_not_of(" \t") != std::string::npos) {
    last_error_line_ = printable(std::string_view(stream.line).substr(0, kShownLine));
  }
  stream.line.clear();
  stream.logged = 0;
  stream.continued = false;
}

void CommandRun::sample_usage() {
  const std::vector<pid_t> all = descendants();
  const Usage usage = usage_of(all);
  peak_memory_bytes_ = std::max(peak_memory_bytes_, usage.memory_bytes);
  const double spent_s = std::max(0.0, usage.cpu_s - last_cpu_s_);
  last_cpu_s_ = usage.cpu_s;
  forwarder_.set_usage(usage.memory_bytes, 100 * spent_s / duration<double>(kSampleEvery).count());
  if (command_.memory_bytes > 0 && usage.memory_bytes > command_.memory_bytes) {
    stop(idl::ExitCause::OUT_OF_MEMORY,
         "used " + in_units(usage.memory_bytes) + " of memory, its limit is " +
             in_units(command_.memory_bytes),
         true);
  }
}

void CommandRun::check_limits() {
  const auto now = Clock::now();
  if (now >= next_sample_) {
    next_sample_ = now + kSampleEvery;
    sample_usage();
  }
  if (command_.time_limit_s > 0 && now - started_ >= std::chrono::seconds(command_.time_limit_s)) {
    stop(idl::ExitCause::TIMEOUT,
         "ran longer than its time limit of " + std::to_string(command_.time_limit_s) + " s",
         false);
  }
}

void CommandRun::stop(idl::ExitCause::type cause, const std::string& why, bool at_once) {
  if (stop_cause_ == idl::ExitCause::EXITED) {
    stop_cause_ = cause;
    stop_why_ = why;
    kill_at_ = Clock::now() +
               std::chrono::duration_cast<Clock::duration>(duration<double>(command_.grace_s));
    signal_all(descendants(), SIGTERM);
  }
  if (at_once) {
    kill_at_ = std::min(kill_at_, Clock::now());
  }
}

void CommandRun::escalate() {
  if (Clock::now() >= kill_at_) {
    signal_all(descendants(), SIGKILL);
    kill_at_ = Clock::now() + kKillAgain;
  }
}

bool CommandRun::reap() {
  bool ended = false;
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == child_) {
      status_ = status;
      ended = true;
    }
  }
  return ended;
}

// The command has ended; whatever it left behind ends now.
void CommandRun::end_leftovers() {
  std::vector<pid_t> left = descendants();
  signal_all(left, SIGTERM);
  const auto kill_at =
      Clock::now() + (stop_cause_ == idl::ExitCause::EXITED ? kLeftoverGrace : milliseconds(0));
  while (!left.empty()) {
    for (Stream* stream : {&out_, &err_}) {
      if (stream->fd >= 0) {
        read_stream(*stream);
      }
    }
    if (Clock::now() >= kill_at) {
      signal_all(left, SIGKILL);
    }
    pollfd wait{signals_, POLLIN, 0};
    poll(&wait, 1, 5);
    signalfd_siginfo signal{};
    while (read(signals_, &signal, sizeof signal) > 0) {
    }
    reap();
    left = descendants();
  }
}

}  // namespace automl::executor
