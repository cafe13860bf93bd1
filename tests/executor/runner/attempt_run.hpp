// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "service_types.h"

#include "executor/attempt_directory.hpp"
#include "tests/executor/runner/fake_gate.hpp"

namespace automl::executor::testing {

// The real runner on one attempt below a folder of its own, talking to a fake engine. Everything is
// killed and removed at the end.
class AttemptRun {
 public:
  AttemptRun();
  ~AttemptRun();

  // The order that the engine will give; change it before `launch`.
  idl::RunnerOrder order;
  FakeGate& gate() { return gate_; }
  const std::string& home() const { return home_; }
  AttemptDirectory directory() const { return AttemptDirectory(home_ + "/attempts/" + token_); }

  // Starts the engine and the runner.
  void launch(const std::string& command);
  void start_runner(bool deliver = false);
  // Ends this attempt, if need be, and orders another one with the checkpoints that the gate knows.
  void order_next();
  // Waits for the runner's end, at most a minute; its exit code, or -1 (killed or too late).
  int wait();
  // launch and wait; the result that the engine got.
  idl::ExitReport run(const std::string& command);

  pid_t runner() const { return runner_; }
  // Processes of the attempt, by the tag in their environment; the runner left out.
  std::vector<pid_t> processes() const;
  // Waits for a file below the home folder; false after 20 s.
  bool wait_for_file(const std::string& name) const;
  std::string read(const std::string& name) const;
  // Text of the log without times and stream names.
  std::string output() const;

 private:
  std::string home_;
  std::string token_ = "00112233445566778899aabbccddeeff";
  FakeGate gate_;
  pid_t runner_ = 0;
};

}  // namespace automl::executor::testing
