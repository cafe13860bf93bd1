// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/forward_reports.hpp"

#include <algorithm>
#include <cstdio>
#include <sys/eventfd.h>
#include <unistd.h>

#include <thrift/TApplicationException.h>
#include <thrift/Thrift.h>

namespace automl::executor {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMostMeasurements = 1'000;
constexpr std::size_t kLogPiece = 1 << 20;
constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{2'000};

std::int64_t wall_ms() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

ReportForwarder::ReportForwarder(idl::Endpoint engine,
                                 std::string token,
                                 idl::RunnerIdentity identity)
    : engine_(std::move(engine)),
      token_(std::move(token)),
      identity_(std::move(identity)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  verdict_.action = idl::VerdictAction::PROCEED;
}

ReportForwarder::~ReportForwarder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
  close(wake_fd_);
}

template <class Call>
bool ReportForwarder::attempt_call(Call call) {
  try {
    if (!connection_) {
      connection_ = std::make_unique<idl::Connection>(engine_);
    }
    call(connection_->runner_gate());
    return true;
  } catch (const idl::Superseded&) {
    mark_superseded();
    return true;
  } catch (const idl::Disconnected&) {
  } catch (const idl::Unavailable&) {
    return false;  // the connection is good, the engine's store is not
  } catch (const apache::thrift::TException&) {
  }
  connection_.reset();
  return false;
}

void ReportForwarder::mark_superseded() {
  superseded_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t count = write(wake_fd_, &one, sizeof one);
}

std::optional<idl::RunnerOrder> ReportForwarder::register_runner(std::chrono::seconds patience) {
  const auto until = Clock::now() + patience;
  milliseconds pause = kFirstPause;
  idl::RunnerOrder order;
  for (;;) {
    const bool reached = attempt_call(
        [&](idl::RunnerGateClient& gate) { gate.register_runner(order, token_, identity_); });
    if (superseded_) {
      return std::nullopt;
    }
    if (reached) {
      return order;
    }
    if (Clock::now() > until) {
      return std::nullopt;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

void ReportForwarder::start(Spool* spool,
                            const SessionLog* log,
                            std::deque<idl::Measurement> waiting,
                            std::int64_t acknowledged,
                            std::chrono::duration<double> heartbeat) {
  spool_ = spool;
  log_ = log;
  last_sequence_ = acknowledged;
  for (idl::Measurement& measurement : waiting) {
    last_sequence_ = std::max(last_sequence_, measurement.sequence);
    if (measurement.sequence > acknowledged) {
      waiting_.push_back(std::move(measurement));
    }
  }
  heartbeat_ = heartbeat;
  thread_ = std::thread([this] { run(); });
}

void ReportForwarder::add(std::map<std::string, double> metrics, std::optional<std::int64_t> step) {
  {
    const std::lock_guard lock(mutex_);
    idl::Measurement measurement;
    measurement.sequence = ++last_sequence_;
    measurement.step = step.value_or(last_step_ + 1);
    last_step_ = measurement.step;
    measurement.metrics = std::move(metrics);
    measurement.time_ms = wall_ms();
    if (spool_ != nullptr) {
      spool_->append(measurement);
    }
    waiting_.push_back(std::move(measurement));
  }
  changed_.notify_all();
}

void ReportForwarder::set_usage(std::int64_t memory_bytes, double cpu_percent) {
  const std::lock_guard lock(mutex_);
  memory_bytes_ = memory_bytes;
  cpu_percent_ = cpu_percent;
}

void ReportForwarder::log_grew() { changed_.notify_all(); }

idl::Verdict ReportForwarder::verdict() const {
  const std::lock_guard lock(mutex_);
  return verdict_;
}

std::int64_t ReportForwarder::last_sequence() const {
  const std::lock_guard lock(mutex_);
  return last_sequence_;
}

bool ReportForwarder::everything_sent() const {
  return waiting_.empty() && (log_ == nullptr || log_sent_ >= log_->written());
}

idl::ReportBatch ReportForwarder::next_batch(std::unique_lock<std::mutex>&) {
  idl::ReportBatch batch;
  const std::size_t count = std::min(waiting_.size(), kMostMeasurements);
  batch.measurements.assign(waiting_.begin(),
                            waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  if (log_ != nullptr && log_->written() > log_sent_) {
    idl::LogPiece piece;
    piece.offset = log_sent_;
    piece.bytes = log_->read(log_sent_, kLogPiece);
    batch.log.push_back(std::move(piece));
  }
  batch.memory_bytes = memory_bytes_;
  batch.cpu_percent = cpu_percent_;
  return batch;
}

void ReportForwarder::take_reply(const idl::ReportReply& reply, std::size_t log_bytes) {
  while (!waiting_.empty() && waiting_.front().sequence <= reply.acknowledged_sequence) {
    waiting_.pop_front();
  }
  log_sent_ += static_cast<std::int64_t>(log_bytes);
  const bool news =
      reply.verdict.action != idl::VerdictAction::PROCEED &&
      (verdict_.action != reply.verdict.action || verdict_.kill != reply.verdict.kill);
  verdict_ = reply.verdict;
  if (news) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t count = write(wake_fd_, &one, sizeof one);
  }
}

void ReportForwarder::run() {
  std::unique_lock lock(mutex_);
  milliseconds pause = kFirstPause;
  while (!stopping_ && !superseded_) {
    changed_.wait_for(lock, heartbeat_, [this] { return stopping_ || !everything_sent(); });
    if (stopping_) {
      return;
    }
    const idl::ReportBatch batch = next_batch(lock);
    idl::ReportReply reply;
    lock.unlock();
    const bool reached =
        attempt_call([&](idl::RunnerGateClient& gate) { gate.report(reply, token_, batch); });
    lock.lock();
    if (reached && !superseded_) {
      take_reply(reply, batch.log.empty() ? 0 : batch.log.front().bytes.size());
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
  const auto until = Clock::now() + patience;
  {
    std::unique_lock lock(mutex_);
    changed_.notify_all();
    changed_.wait_until(lock, until, [this] { return superseded_ || everything_sent(); });
    if (!superseded_ && !everything_sent()) {
      return false;
    }
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
  milliseconds pause = kFirstPause;
  while (!superseded_ && Clock::now() < until) {
    if (attempt_call([&](idl::RunnerGateClient& gate) { gate.finish(token_, exit); })) {
      return true;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
  return superseded_;
}

}  // namespace automl::executor
