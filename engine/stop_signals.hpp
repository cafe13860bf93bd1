// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <thread>

namespace automl::engine {

// SIGTERM and SIGINT as calls of a function on a thread of its own. Made before any other thread,
// so that all of them leave these signals to it.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Called at each of these signals from now on, and at once when one has come already. When this
  // returns, the function set before is not running and will not be called again.
  void on_stop(std::function<void()> stop);

 private:
  void wait();

  std::mutex mutex_;
  std::function<void()> stop_;
  bool arrived_ = false;
  bool ending_ = false;
  std::thread thread_;  // last: it uses what is above
};

}  // namespace automl::engine
