// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace automl::engine {

// The way into the background. The starting process waits until the daemon says that it is ready,
// or why it cannot be, prints the latter, and ends with the daemon's exit code: who starts an
// engine need not guess when it can be called.
class Daemon {
 public:
  // Stays in the foreground: `ready` does nothing, `failed` prints.
  Daemon() = default;
  // Forks; only the child returns, in a session of its own. Before any thread is started.
  static Daemon detach();

  // Lets the starter end with 0, and lets go of its terminal and folder.
  void ready();
  // Tells the starter why not; returns `exit_code`.
  int failed(int exit_code, const std::string& why);

 private:
  explicit Daemon(int starter) : starter_(starter) {}
  int starter_ = -1;  // pipe to the starting process
};

}  // namespace automl::engine
