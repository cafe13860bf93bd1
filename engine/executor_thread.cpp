// SPDX-License-Identifier: Apache-2.0
#include "engine/executor_thread.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <spdlog/spdlog.h>

namespace automl::engine {

namespace {

constexpr std::chrono::seconds kCapacityInterval{60};

}  // namespace

ExecutorThread::ExecutorThread(executor::Executor& executor,
                               std::chrono::milliseconds poll,
                               std::function<void(Event)> post)
    : executor_(executor), poll_(poll), post_(std::move(post)) {
  read_capacity();
  thread_ = std::thread([this] { work(); });
}

ExecutorThread::~ExecutorThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ExecutorThread::add(Order order) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(order));
  }
  changed_.notify_one();
}

void ExecutorThread::work() {
  using SteadyClock = std::chrono::steady_clock;
  SteadyClock::time_point next_poll = SteadyClock::now() + poll_;
  SteadyClock::time_point next_capacity = SteadyClock::now() + kCapacityInterval;
  // The engine ends what runs and is unknown to it: a crash or a failing store may have kept it
  // from doing so at the time.
  bool running_too = true;
  for (;;) {
    std::optional<Order> order;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, next_poll, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) {
        return;
      }
      if (!waiting_.empty()) {
        order = std::move(waiting_.front());
        waiting_.pop_front();
      }
    }
    if (order) {
      std::visit([this](const auto& one) { carry_out(one); }, *order);
    }
    if (SteadyClock::now() >= next_poll) {
      poll(std::exchange(running_too, false));
      next_poll = SteadyClock::now() + poll_;
    }
    if (SteadyClock::now() >= next_capacity) {
      read_capacity();
      running_too = true;
      next_capacity = SteadyClock::now() + kCapacityInterval;
    }
  }
}

void ExecutorThread::carry_out(const Launch& order) {
  executor::LaunchResult result;
  try {
    result = executor_.launch(order.request);
  } catch (const std::exception& error) {
    spdlog::error("launching {}: {}", order.request.session_name, error.what());
    result.error = error.what();
  }
  posted_.erase(order.request.token);
  post_(LaunchReturned{order.request.token, std::move(result)});
}

void ExecutorThread::carry_out(const CancelAttempt& order) {
  try {
    executor_.cancel(order.token);
  } catch (const std::exception& error) {
    spdlog::error("cancelling an attempt: {}", error.what());
  }
}

void ExecutorThread::carry_out(const FindAttempt& order) {
  executor::Finding finding;
  try {
    finding = executor_.find(order.token);
  } catch (const std::exception& error) {
    spdlog::error("looking for an attempt: {}", error.what());
    finding.token = order.token;
    finding.presence = executor::Presence::kUnreachable;
  }
  post_(AttemptFound{std::move(finding)});
}

void ExecutorThread::poll(bool running_too) {
  try {
    std::map<std::string, executor::Presence> now;
    for (executor::Finding& finding : executor_.list()) {
      if (finding.presence == executor::Presence::kRunning) {
        if (running_too) {
          post_(AttemptFound{std::move(finding)});
        }
        continue;
      }
      now.emplace(finding.token, finding.presence);
      const auto before = posted_.find(finding.token);
      if (before == posted_.end() || before->second != finding.presence) {
        post_(AttemptFound{std::move(finding)});
      }
    }
    posted_ = std::move(now);
  } catch (const std::exception& error) {
    spdlog::error("listing attempts: {}", error.what());
  }
}

void ExecutorThread::read_capacity() {
  try {
    post_(CapacityRead{executor_.capacity()});
  } catch (const std::exception& error) {
    spdlog::error("reading capacity: {}", error.what());
  }
}

}  // namespace automl::engine
