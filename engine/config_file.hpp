// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "engine/settings.hpp"

namespace automl::engine {

// What HOME/config.yaml may set; each key is described in docs/configuration.md.
struct Config {
  std::optional<int> cpus;  // unset: as many as the machine has
  std::optional<std::int64_t> memory_bytes;
  std::optional<int> gpus;  // unset: as found
  std::string listen_host;  // empty: the Unix socket only
  int listen_port = 0;
  std::chrono::milliseconds idle_exit = std::chrono::minutes(10);  // 0: never
  std::string log_level = "info";
  Settings settings;  // with its timings set
};

// Everything that is wrong with a configuration, a line each: `config.yaml:3:7: …`.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Reads strictly: unknown keys and doubtful values are errors. `name` names the text in messages.
// Throws ConfigError.
Config parse_config(const std::string& text, const std::string& name);

// The file's content, or the defaults when there is none. Throws ConfigError.
Config read_config(const std::string& path);

// `host:port`; true and set when it is one. IPv6 is not supported.
bool parse_listen(const std::string& text, Config& config);

}  // namespace automl::engine
