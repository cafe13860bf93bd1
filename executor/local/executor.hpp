// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

#include "executor/attempt_directory.hpp"
#include "executor/executor.hpp"
#include "executor/local/folder_removal.hpp"

namespace automl::executor {

struct LocalOptions {
  std::string home;               // attempts/ is made below it
  std::string runner_path;        // the program automl-runner
  std::string engine_endpoint;    // what the runner dials: unix:/… or host:port
  std::int32_t cpus = 0;          // CPU slots; 0: as many as this process may use
  std::int64_t memory_bytes = 0;  // 0: what the machine or container has
  // GPUs by declaration; unset: as NVML finds them.
  std::optional<std::vector<idl::Gpu>> gpus;
};

// Runs attempts as processes of this machine. Runners are started in sessions of their own, so that
// neither the engine's end nor a terminal's reaches them; a later engine finds them by their folder
// and by the tag in their environment. The folder of an attempt that is gone is removed; what its
// runner had to say is kept in HOME/runner.log. Not thread safe.
class LocalExecutor : public Executor {
 public:
  explicit LocalExecutor(LocalOptions options);

  Capabilities capabilities() const override;
  LaunchResult launch(const LaunchRequest& request) override;
  void cancel(const std::string& token) override;
  Finding find(const std::string& token) override;
  std::vector<Finding> list() override;
  std::vector<idl::Node> capacity() override;

 private:
  struct Live {
    std::string tag;
    std::string handle;  // of the runner, if it is a child of this process
    pid_t child = 0;     // of this process, to be reaped; 0: started by an earlier engine
    bool clean = false;  // the runner has exited with 0: it has ended everything of its attempt
    int deliveries = 0;  // runners started only to deliver what a dead one left
  };

  static Live remembered(const std::string& token);
  AttemptDirectory directory(const std::string& token) const;
  // The runner's pid, or an error with errno.
  LaunchResult start_runner(const std::string& token, bool deliver, Live& live);
  Finding look(const std::string& token, Live& live);
  // Runner and program are dead: what is left is a result or measurements to be delivered, or
  // nothing.
  void look_at_remains(const std::string& token, Live& live, Finding& finding);
  void keep_last_words(const std::string& token) const;
  void reap(Live& live);

  LocalOptions options_;
  std::map<std::string, Live> live_;  // by token: launched and not yet reported gone or finished
  FolderRemoval removal_;
};

}  // namespace automl::executor
