// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/forward_reports.hpp"

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

#include <thrift/Thrift.h>

namespace automl::executor {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostMeasurements = 1'000;
constexpr std::size_t kMostBatchBytes = 1 << 20;
constexpr std::size_t kMostParameters = 10'000;
constexpr std::size_t kLogPiece = 1 << 20;
constexpr std::int64_t kMostInAll = 1'000'000;
constexpr std::size_t kMostWaitingBytes = 256 << 20;
constexpr std::int64_t kSpoolWorthClearing = 1 << 20;
// What comes in within this time goes into one call.
constexpr milliseconds kGather{5};
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{5'000};
// How long a runner that was told to end still tries to reach its engine.
constexpr milliseconds kFarewell{2'000};
constexpr milliseconds kSlice{200};

std::int64_t wall_ms() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// About what a measurement takes in memory and on the wire.
std::size_t bytes_of(const idl::Measurement& measurement) {
  std::size_t bytes = 120;
  for (const auto& [metric, value] : measurement.metrics) {
    bytes += metric.size() + 72;
  }
  return bytes;
}

}  // namespace

ReportForwarder::ReportForwarder(idl::Endpoint engine,
                                 std::string token,
                                 idl::RunnerIdentity identity,
                                 int signals)
    : engine_(std::move(engine)),
      token_(std::move(token)),
      identity_(std::move(identity)),
      signals_(signals),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  verdict_.action = idl::VerdictAction::PROCEED;
}

ReportForwarder::~ReportForwarder() {
  stop();
  close(wake_fd_);
}

void ReportForwarder::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

template <class Call>
ReportForwarder::Reached ReportForwarder::attempt_call(Call call) {
  try {
    if (!connection_) {
      connection_ = std::make_unique<idl::Connection>(engine_);
    }
    call(connection_->runner_gate());
    return Reached::kYes;
  } catch (const idl::Superseded&) {
    superseded_ = true;
    wake();
    return Reached::kYes;
  } catch (const idl::Disconnected&) {
  } catch (const idl::Unavailable&) {
    return Reached::kNo;  // the connection is good, the engine's store is not
  } catch (const idl::InvalidRequest&) {
    return Reached::kUnknownThere;
  } catch (const apache::thrift::TException&) {
  }
  connection_.reset();
  return Reached::kNo;
}

template <class Call>
bool ReportForwarder::insist(Call call, Clock::time_point until) {
  until = told_to_end_ ? std::min(until, Clock::now() + kFarewell) : until;
  milliseconds pause = kFirstPause;
  for (;;) {
    const Reached reached = attempt_call(call);
    if (superseded_ || reached == Reached::kYes) {
      return true;
    }
    if (reached == Reached::kUnknownThere) {
      register_again();
    }
    if (Clock::now() > until) {
      return false;
    }
    if (!told_to_end_ && pause_or_signal(pause)) {
      until = std::min(until, Clock::now() + kFarewell);
    } else if (told_to_end_) {
      std::this_thread::sleep_for(kFirstPause);
    }
    pause = std::min(pause * 2, kLongestPause);
  }
}

// An engine that was set back to an earlier state no longer knows that the runner has registered.
void ReportForwarder::register_again() {
  idl::RunnerOrder order;
  attempt_call(
      [&](idl::RunnerGateClient& gate) { gate.register_runner(order, token_, identity_); });
}

bool ReportForwarder::pause_or_signal(milliseconds pause) {
  pollfd ready{signals_, POLLIN, 0};
  poll(&ready, 1, static_cast<int>(pause.count()));
  signalfd_siginfo signal{};
  while (read(signals_, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
    told_to_end_ |= signal.ssi_signo != SIGCHLD;
  }
  return told_to_end_;
}

void ReportForwarder::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t count = write(wake_fd_, &one, sizeof one);
}

std::optional<idl::RunnerOrder> ReportForwarder::register_runner(std::chrono::seconds patience) {
  idl::RunnerOrder order;
  const bool reached =
      insist([&](idl::RunnerGateClient& gate) { gate.register_runner(order, token_, identity_); },
             Clock::now() + patience);
  return reached && !superseded_ ? std::optional(std::move(order)) : std::nullopt;
}

void ReportForwarder::start(Spool* spool,
                            const SessionLog* log,
                            std::vector<idl::Measurement> waiting,
                            std::int64_t acknowledged,
                            std::chrono::duration<double> heartbeat) {
  spool_ = spool;
  log_ = log;
  last_sequence_ = acknowledged;
  for (idl::Measurement& measurement : waiting) {
    last_sequence_ = std::max(last_sequence_, measurement.sequence);
    if (measurement.sequence > acknowledged) {
      waiting_bytes_ += bytes_of(measurement);
      waiting_.push_back(std::move(measurement));
    }
  }
  heartbeat_ = heartbeat;
  thread_ = std::thread([this] { run(); });
}

void ReportForwarder::add(std::map<std::string, double> metrics, std::optional<std::int64_t> step) {
  {
    const std::lock_guard lock(mutex_);
    last_step_ = step.value_or(last_step_ + 1);
    if (last_sequence_ >= kMostInAll || waiting_bytes_ >= kMostWaitingBytes) {
      ++dropped_;
      last_dropped_.emplace();
      last_dropped_->metrics = std::move(metrics);
      last_dropped_->step = last_step_;
      last_dropped_->time_ms = wall_ms();
      return;
    }
    keep(std::move(metrics), last_step_, wall_ms());
  }
  changed_.notify_all();
}

void ReportForwarder::keep(std::map<std::string, double> metrics,
                           std::int64_t step,
                           std::int64_t time_ms) {
  idl::Measurement measurement;
  measurement.sequence = ++last_sequence_;
  measurement.step = step;
  measurement.metrics = std::move(metrics);
  measurement.time_ms = time_ms;
  if (spool_ != nullptr) {
    // Where the disk is full it waits in memory alone.
    spool_->append(measurement);
  }
  waiting_bytes_ += bytes_of(measurement);
  waiting_.push_back(std::move(measurement));
  last_dropped_.reset();
}

void ReportForwarder::end_measurements() {
  {
    const std::lock_guard lock(mutex_);
    if (last_dropped_) {
      const idl::Measurement last = *last_dropped_;
      keep(last.metrics, last.step, last.time_ms);
      --dropped_;
    }
  }
  changed_.notify_all();
}

void ReportForwarder::continue_after(std::int64_t step) {
  const std::lock_guard lock(mutex_);
  last_step_ = step;
}

std::int64_t ReportForwarder::last_step() const {
  const std::lock_guard lock(mutex_);
  return last_step_;
}

void ReportForwarder::add_checkpoint(const idl::Checkpoint& checkpoint) {
  {
    const std::lock_guard lock(mutex_);
    checkpoints_.push_back(checkpoint);
  }
  changed_.notify_all();
}

std::vector<idl::Checkpoint> ReportForwarder::unrecorded_checkpoints() const {
  const std::lock_guard lock(mutex_);
  return {checkpoints_.begin(), checkpoints_.end()};
}

void ReportForwarder::set_start(const idl::Checkpoint& checkpoint) {
  const std::lock_guard lock(mutex_);
  start_ = checkpoint;
}

void ReportForwarder::add_used(const std::vector<idl::Assignment>& used) {
  const std::lock_guard lock(mutex_);
  if (used_.size() + used.size() <= kMostParameters) {
    used_.insert(used_.end(), used.begin(), used.end());
  }
}

void ReportForwarder::set_usage(std::int64_t memory_bytes, double cpu_percent) {
  const std::lock_guard lock(mutex_);
  memory_bytes_ = memory_bytes;
  cpu_percent_ = cpu_percent;
}

void ReportForwarder::log_grew() {
  {
    const std::lock_guard lock(mutex_);  // or it could come between a look and a wait
  }
  changed_.notify_all();
}

idl::Verdict ReportForwarder::verdict() const {
  const std::lock_guard lock(mutex_);
  return verdict_;
}

std::int64_t ReportForwarder::last_sequence() const {
  const std::lock_guard lock(mutex_);
  return last_sequence_;
}

std::int64_t ReportForwarder::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

bool ReportForwarder::everything_sent() const {
  return waiting_.empty() && checkpoints_.empty() && !start_ && used_.empty() &&
         (log_ == nullptr || log_sent_ >= log_->written());
}

idl::ReportBatch ReportForwarder::next_batch() const {
  idl::ReportBatch batch;
  std::size_t bytes = 0;
  for (const idl::Measurement& measurement : waiting_) {
    bytes += bytes_of(measurement);
    if (!batch.measurements.empty() &&
        (bytes > kMostBatchBytes || batch.measurements.size() >= kMostMeasurements)) {
      break;
    }
    batch.measurements.push_back(measurement);
  }
  if (log_ != nullptr && log_->written() > log_sent_) {
    idl::LogPiece piece;
    piece.offset = log_sent_;
    piece.bytes = log_->read(log_sent_, kLogPiece);
    batch.log.push_back(std::move(piece));
  }
  batch.checkpoints.assign(checkpoints_.begin(), checkpoints_.end());
  if (start_) {
    batch.__set_started_from(*start_);
  }
  batch.used = used_;
  batch.memory_bytes = memory_bytes_;
  batch.cpu_percent = cpu_percent_;
  return batch;
}

void ReportForwarder::take_reply(const idl::ReportReply& reply, const idl::ReportBatch& batch) {
  while (!waiting_.empty() && waiting_.front().sequence <= reply.acknowledged_sequence) {
    waiting_bytes_ -= bytes_of(waiting_.front());
    waiting_.pop_front();
  }
  if (waiting_.empty() && spool_ != nullptr && spool_->size() > kSpoolWorthClearing) {
    spool_->clear();
  }
  const auto recorded = static_cast<std::ptrdiff_t>(batch.checkpoints.size());
  checkpoints_.erase(checkpoints_.begin(), checkpoints_.begin() + recorded);
  if (batch.__isset.started_from) {
    start_.reset();
  }
  used_.erase(used_.begin(), used_.begin() + static_cast<std::ptrdiff_t>(batch.used.size()));
  if (!batch.log.empty()) {
    const std::string& bytes = batch.log.front().bytes;
    // What cannot be read is not waited for.
    log_sent_ =
        bytes.empty() ? log_->written() : log_sent_ + static_cast<std::int64_t>(bytes.size());
  }
  const bool news =
      reply.verdict.action != idl::VerdictAction::PROCEED &&
      (verdict_.action != reply.verdict.action || verdict_.kill != reply.verdict.kill);
  verdict_ = reply.verdict;
  if (news) {
    wake();
  }
}

void ReportForwarder::run() {
  std::unique_lock lock(mutex_);
  milliseconds pause = kFirstPause;
  while (!stopping_ && !superseded_) {
    changed_.wait_for(lock, heartbeat_, [this] { return stopping_ || !everything_sent(); });
    changed_.wait_for(lock, kGather, [this] { return stopping_ || finishing_; });
    if (stopping_) {
      return;
    }
    const idl::ReportBatch batch = next_batch();
    idl::ReportReply reply;
    lock.unlock();
    const Reached reached =
        attempt_call([&](idl::RunnerGateClient& gate) { gate.report(reply, token_, batch); });
    if (reached == Reached::kUnknownThere) {
      register_again();
    }
    lock.lock();
    if (reached == Reached::kYes && !superseded_) {
      take_reply(reply, batch);
      pause = kFirstPause;
      changed_.notify_all();
    } else if (!superseded_) {
      changed_.wait_for(lock, pause, [this] { return stopping_; });
      pause = std::min(pause * 2, kLongestPause);
    }
  }
  changed_.notify_all();
}

bool ReportForwarder::finish(const idl::ExitReport& exit, std::chrono::seconds patience) {
  auto until =
      Clock::now() + (told_to_end_ ? std::min<milliseconds>(patience, kFarewell) : patience);
  {
    std::unique_lock lock(mutex_);
    finishing_ = true;
    changed_.notify_all();
    while (!superseded_ && !everything_sent() && Clock::now() < until) {
      changed_.wait_for(lock, kSlice, [this] { return superseded_ || everything_sent(); });
      if (!told_to_end_ && pause_or_signal(milliseconds(0))) {
        until = std::min(until, Clock::now() + kFarewell);
      }
    }
    if (!superseded_ && !everything_sent()) {
      return false;
    }
  }
  stop();
  return superseded_ ||
         insist([&](idl::RunnerGateClient& gate) { gate.finish(token_, exit); }, until);
}

}  // namespace automl::executor
