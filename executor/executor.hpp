// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "records_types.h"

namespace automl::executor {

// What an executor can do beyond the interface; the engine asks before it relies on it.
struct Capabilities {
  std::string name;            // "local", "slurm"
  bool places_itself = false;  // the engine does not choose node and GPUs (a cluster manager does)
  bool shares_disk = true;     // the runner sees the engine's files under the same paths
};

struct LaunchRequest {
  std::string token;
  std::string session_name;
  int attempt_number = 1;
  idl::Placement placement;
  idl::Resources resources;
};

// Either a handle, or why not. `retry` false: this request can never succeed.
struct LaunchResult {
  std::optional<std::string> handle;
  std::string error;
  bool retry = true;
};

enum class Presence {
  kRunning,      // its runner lives
  kFinished,     // the runner is gone and left its result, which is in `exit`
  kGone,         // nothing of it is left running, and there is no result
  kUnreachable,  // cannot be told at present
};

struct Finding {
  std::string token;
  Presence presence = Presence::kGone;
  std::string handle;
  std::optional<idl::ExitReport> exit;
};

// Places attempts' runners on resources. Used by one thread. Nothing here blocks for long or
// decides anything: results are reported by runners and by `list`, which the engine polls.
//
// After an engine crash `find` must tell, from the token alone, whether an attempt was launched.
// An attempt that is gone has no processes left: whoever reports kGone or kFinished has made sure.
class Executor {
 public:
  virtual ~Executor() = default;

  virtual Capabilities capabilities() const = 0;
  // Starts the runner. A repeat with the same token starts no second one, at least until the first
  // has been reported as gone.
  virtual LaunchResult launch(const LaunchRequest& request) = 0;
  // Ends the attempt by force, all its processes, whether or not its runner still answers; the
  // gentle way is the verdict on a runner's report. Harmless when it is gone.
  virtual void cancel(const std::string& token) = 0;
  virtual Finding find(const std::string& token) = 0;
  // Everything launched and not yet reported as gone or finished by an earlier call.
  virtual std::vector<Finding> list() = 0;
  virtual std::vector<idl::Node> capacity() = 0;
};

}  // namespace automl::executor
