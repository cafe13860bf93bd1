// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace automl::engine {

// What can be set about an engine; `config.yaml` in its home folder overrides the defaults.
struct Settings {
  std::string home;        // $AUTOML_HOME
  bool on_demand = false;  // started by a client: ends itself when idle
  std::string version;
  std::int64_t grace_ms = 10'000;           // SIGTERM to SIGKILL
  std::int64_t heartbeat_ms = 1'000;        // of runners with nothing to say
  std::int64_t lease_ms = 30'000;           // silence after which an attempt is suspect
  std::int64_t suspect_cap_ms = 600'000;    // suspect without evidence: lost after this
  std::int64_t launch_timeout_ms = 60'000;  // launched but never registered: looked for after this
  std::int64_t log_limit_bytes = 64 << 20;  // per attempt; the middle of the output is dropped
  int keep_checkpoints = 2;                 // newest ones of an open session
  std::int64_t checkpoint_interval_ms = 10'000;  // between two that a program has not asked for
  std::int64_t checkpoint_limit_bytes = std::int64_t{64} << 30;
  std::int64_t poll_ms = 500;  // how often the executor is asked about its attempts
  std::int64_t suggestion_deadline_ms = 20'000;  // a sampler is asked to be brief after this
  std::int64_t reply_memory_ms = 3'600'000;  // how long a request may be repeated; time the engine
                                             // is away does not count
  int early_failures = 3;                    // a study whose first trials all fail with the same
                                             // message stops after this many
};

}  // namespace automl::engine
