// SPDX-License-Identifier: Apache-2.0
#include "engine/stop_signals.hpp"

#include <csignal>
#include <utility>

#include <spdlog/spdlog.h>

namespace automl::engine {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { wait(); });
}

StopSignals::~StopSignals() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ::pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void StopSignals::on_stop(std::function<void()> stop) {
  const std::lock_guard lock(mutex_);
  stop_ = std::move(stop);
  if (arrived_) {
    stop_();
  }
}

void StopSignals::wait() {
  const sigset_t set = stop_signals();
  for (;;) {
    int signal = 0;
    ::sigwait(&set, &signal);
    const std::lock_guard lock(mutex_);
    if (ending_) {
      return;
    }
    spdlog::info("signal {}", signal);
    arrived_ = true;
    if (stop_) {
      stop_();
    }
  }
}

}  // namespace automl::engine
