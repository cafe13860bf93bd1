// SPDX-License-Identifier: Apache-2.0
#include "engine/config_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <functional>
#include <set>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "engine/open_file.hpp"

namespace automl::engine {

namespace {

constexpr off_t kLargestFile = 64 << 10;
constexpr std::array<const char*, 5> kLevels = {"trace", "debug", "info", "warn", "error"};

// A number and the unit that follows it; `units` maps each allowed unit to its factor.
struct Unit {
  const char* name;
  std::int64_t factor;
};

std::optional<std::int64_t> quantity(const std::string& text, const std::vector<Unit>& units) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || number < 0) {
    return std::nullopt;
  }
  const std::string unit(rest, end);
  for (const Unit& one : units) {
    std::int64_t product = 0;
    if (unit == one.name && !__builtin_mul_overflow(number, one.factor, &product)) {
      return product;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> duration_ms(const std::string& text) {
  return quantity(text, {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}});
}

std::optional<std::int64_t> size_bytes(const std::string& text) {
  return quantity(text,
                  {{"B", 1},
                   {"KiB", std::int64_t{1} << 10},
                   {"MiB", std::int64_t{1} << 20},
                   {"GiB", std::int64_t{1} << 30},
                   {"TiB", std::int64_t{1} << 40},
                   {"KB", 1'000},
                   {"MB", 1'000'000},
                   {"GB", 1'000'000'000}});
}

// Returns what was expected when the value is not it; empty when it has been taken.
using Taker = std::function<std::string(const std::string& value, Config& config)>;

Taker count(std::optional<int> Config::*field, int low, int high) {
  return [=](const std::string& value, Config& config) -> std::string {
    const auto number = quantity(value, {{"", 1}});
    if (!number || *number < low || *number > high) {
      return "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    }
    config.*field = static_cast<int>(*number);
    return {};
  };
}

Taker count(int Settings::*field, int low, int high) {
  return [=](const std::string& value, Config& config) -> std::string {
    const auto number = quantity(value, {{"", 1}});
    if (!number || *number < low || *number > high) {
      return "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    }
    config.settings.*field = static_cast<int>(*number);
    return {};
  };
}

Taker duration(std::int64_t Settings::*field, std::int64_t low_ms, std::int64_t high_ms) {
  return [=](const std::string& value, Config& config) -> std::string {
    const auto ms = duration_ms(value);
    if (!ms || *ms < low_ms || *ms > high_ms) {
      return "a duration from " + std::to_string(low_ms) + "ms to " +
             std::to_string(high_ms / 1000) + "s, such as 500ms, 10s, 5m, 1h";
    }
    config.settings.*field = *ms;
    return {};
  };
}

std::string take_memory(const std::string& value, Config& config) {
  const auto bytes = size_bytes(value);
  if (!bytes || *bytes == 0) {
    return "a size such as 512MiB or 8GiB";
  }
  config.memory_bytes = *bytes;
  return {};
}

std::string take_log_limit(const std::string& value, Config& config) {
  const auto bytes = size_bytes(value);
  if (!bytes || *bytes < (64 << 10) || *bytes > (std::int64_t{4} << 30)) {
    return "a size from 64KiB to 4GiB";
  }
  config.settings.log_limit_bytes = *bytes;
  return {};
}

std::string take_checkpoint_limit(const std::string& value, Config& config) {
  const auto bytes = size_bytes(value);
  if (!bytes || *bytes < (1 << 20)) {
    return "a size of at least 1MiB";
  }
  config.settings.checkpoint_limit_bytes = *bytes;
  return {};
}

std::string take_listen(const std::string& value, Config& config) {
  return parse_listen(value, config) ? "" : "host:port, such as 127.0.0.1:7877";
}

std::string take_idle_exit(const std::string& value, Config& config) {
  const auto ms = value == "never" ? std::optional<std::int64_t>(0) : duration_ms(value);
  if (!ms || (*ms > 0 && *ms < 100)) {
    return "never, or a duration such as 10m, at least 100ms";
  }
  config.idle_exit = std::chrono::milliseconds(*ms);
  return {};
}

std::string take_log_level(const std::string& value, Config& config) {
  if (std::find(kLevels.begin(), kLevels.end(), value) == kLevels.end()) {
    return "one of trace, debug, info, warn, error";
  }
  config.log_level = value;
  return {};
}

// Every key there is.
const std::vector<std::pair<std::string, Taker>>& keys() {
  static const std::vector<std::pair<std::string, Taker>> table = {
      {"cpus", count(&Config::cpus, 1, 65536)},
      {"memory", take_memory},
      {"gpus", count(&Config::gpus, 0, 1024)},
      {"listen", take_listen},
      {"idle_exit", take_idle_exit},
      {"log_level", take_log_level},
      {"log_limit", take_log_limit},
      {"grace", duration(&Settings::grace_ms, 0, 3'600'000)},
      {"heartbeat", duration(&Settings::heartbeat_ms, 100, 600'000)},
      {"lease", duration(&Settings::lease_ms, 1000, 3'600'000)},
      {"suspect_cap", duration(&Settings::suspect_cap_ms, 1000, 86'400'000)},
      {"launch_timeout", duration(&Settings::launch_timeout_ms, 1000, 3'600'000)},
      {"suggestion_deadline", duration(&Settings::suggestion_deadline_ms, 10, 3'600'000)},
      {"keep_checkpoints", count(&Settings::keep_checkpoints, 1, 1'000)},
      {"checkpoint_interval", duration(&Settings::checkpoint_interval_ms, 1000, 86'400'000)},
      {"checkpoint_limit", take_checkpoint_limit},
      {"poll", duration(&Settings::poll_ms, 10, 60'000)},
  };
  return table;
}

std::string known_keys() {
  std::string text;
  for (const auto& [name, taker] : keys()) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  Config read(const std::string& text) {
    try {
      take_all(YAML::Load(text));
    } catch (const YAML::Exception& error) {
      report(error.mark, error.msg);
    }
    if (!errors_.empty()) {
      throw ConfigError(errors_);
    }
    return config_;
  }

 private:
  void take_all(const YAML::Node& root) {
    if (root.IsNull()) {
      return;
    }
    if (!root.IsMap()) {
      report(root.Mark(), "expected `key: value` lines");
      return;
    }
    std::set<std::string> seen;
    for (const auto& entry : root) {
      if (!entry.first.IsScalar() || !seen.insert(entry.first.Scalar()).second) {
        report(entry.first.Mark(), "expected each key once");
        continue;
      }
      take(entry.first, entry.second);
    }
    const Settings& settings = config_.settings;
    if (settings.lease_ms < 2 * settings.heartbeat_ms) {
      report(root.Mark(), "lease must be at least twice the heartbeat");
    }
  }

  void take(const YAML::Node& key, const YAML::Node& value) {
    for (const auto& [name, taker] : keys()) {
      if (name != key.Scalar()) {
        continue;
      }
      const std::string expected =
          taker(value.IsScalar() ? value.Scalar() : std::string("?"), config_);
      if (!expected.empty()) {
        report(value.Mark(), name + ": expected " + expected);
      }
      return;
    }
    report(key.Mark(), "unknown key \"" + key.Scalar() + "\"; known: " + known_keys());
  }

  void report(const YAML::Mark& mark, const std::string& message) {
    errors_ += (errors_.empty() ? "" : "\n") + name_ + ":" +
               std::to_string(std::max(mark.line, 0) + 1) + ":" +
               std::to_string(std::max(mark.column, 0) + 1) + ": " + message;
  }

  std::string name_;
  std::string errors_;
  Config config_;
};

}  // namespace

Config parse_config(const std::string& text, const std::string& name) {
  return Reader(name).read(text);
}

Config read_config(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) {
    return {};
  }
  try {
    const OpenFile file(path, O_RDONLY);
    if (file.size() > kLargestFile) {
      throw ConfigError(path + ": larger than 64 KiB");
    }
    return parse_config(file.read_at(0, kLargestFile), path);
  } catch (const std::system_error& error) {
    throw ConfigError(error.what());
  }
}

bool parse_listen(const std::string& text, Config& config) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return false;
  }
  int port = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || rest != end || port < 0 || port > 65535) {
    return false;
  }
  config.listen_host = text.substr(0, colon) == "localhost" ? "127.0.0.1" : text.substr(0, colon);
  config.listen_port = port;
  return true;
}

}  // namespace automl::engine
