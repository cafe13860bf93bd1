// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "executor/local/executor.hpp"
#include "tests/conformance/executor/site.hpp"

namespace automl::executor::testing {

// A home folder of its own with real processes in it: scripted_runner.cpp in the runner's place.
// Everything is killed and removed at the end.
class LocalSite : public Site {
 public:
  LocalSite();
  ~LocalSite() override;

  LocalExecutor& executor() override { return *executor_; }
  void restart() override;
  LaunchRequest request() override;
  void wait_until_up(const std::string& token) override;
  void wait_a_moment() override;
  int starts(const std::string& token) override { return lines("starts", token); }
  bool anything_lives(const std::string& token) override;
  void kill_runner(const std::string& token) override;
  void let_launches_fail(bool fail) override;
  bool leaves_results() const override { return true; }
  void end_runner(const std::string& token, bool deliverable) override;

  const std::string& home() const { return options_.home; }
  LocalOptions& options() { return options_; }  // for the next executor
  AttemptDirectory directory(const std::string& token) const {
    return AttemptDirectory(home() + "/attempts/" + token);
  }
  // As the attempt's folder has it; 0: nothing there.
  pid_t runner(const std::string& token) const;
  int deliveries(const std::string& token) { return lines("deliveries", token); }
  void touch(const std::string& name) const;
  // No executor is left, as while an engine is down.
  void stop() { executor_.reset(); }

 private:
  int lines(const std::string& file, const std::string& token) const;

  LocalOptions options_;
  std::unique_ptr<LocalExecutor> executor_;
  std::vector<std::string> tokens_;
};

}  // namespace automl::executor::testing
