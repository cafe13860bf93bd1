// SPDX-License-Identifier: Apache-2.0
#include "engine/config_file.hpp"

#include <gtest/gtest.h>

namespace automl::engine {
namespace {

std::string errors_of(const std::string& text) {
  try {
    parse_config(text, "config.yaml");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(ConfigFile, EmptyMeansDefaults) {
  const Config config = parse_config("# nothing\n", "config.yaml");
  EXPECT_FALSE(config.cpus.has_value());
  EXPECT_EQ(config.idle_exit, std::chrono::minutes(10));
  EXPECT_EQ(config.settings.heartbeat_ms, Settings().heartbeat_ms);
  EXPECT_EQ(read_config("/nonexistent/config.yaml").log_level, "info");
}

TEST(ConfigFile, EveryKeyIsTaken) {
  const Config config = parse_config(
      "cpus: 4\nmemory: 8GiB\ngpus: 0\nlisten: localhost:7877\nidle_exit: 30s\nlog_level: debug\n"
      "log_limit: 1MiB\ngrace: 2s\nheartbeat: 1s\nlease: 6s\nsuspect_cap: 5m\n"
      "launch_timeout: 20s\nsuggestion_deadline: 5s\nkeep_checkpoints: 3\n"
      "checkpoint_interval: 1m\ncheckpoint_limit: 1GiB\npoll: 100ms\n",
      "config.yaml");
  EXPECT_EQ(config.cpus, 4);
  EXPECT_EQ(config.memory_bytes, std::int64_t{8} << 30);
  EXPECT_EQ(config.gpus, 0);
  EXPECT_EQ(config.listen_host, "127.0.0.1");
  EXPECT_EQ(config.listen_port, 7877);
  EXPECT_EQ(config.idle_exit, std::chrono::seconds(30));
  EXPECT_EQ(config.log_level, "debug");
  EXPECT_EQ(config.settings.log_limit_bytes, 1 << 20);
  EXPECT_EQ(config.settings.grace_ms, 2000);
  EXPECT_EQ(config.settings.heartbeat_ms, 1000);
  EXPECT_EQ(config.settings.lease_ms, 6000);
  EXPECT_EQ(config.settings.suspect_cap_ms, 300'000);
  EXPECT_EQ(config.settings.launch_timeout_ms, 20'000);
  EXPECT_EQ(config.settings.suggestion_deadline_ms, 5000);
  EXPECT_EQ(config.settings.keep_checkpoints, 3);
  EXPECT_EQ(config.settings.checkpoint_interval_ms, 60'000);
  EXPECT_EQ(config.settings.checkpoint_limit_bytes, 1 << 30);
  EXPECT_EQ(config.settings.poll_ms, 100);
  EXPECT_EQ(parse_config("idle_exit: never\n", "x").idle_exit.count(), 0);
}

TEST(ConfigFile, AllErrorsAreReportedWithTheirPlace) {
  EXPECT_EQ(errors_of("cpus: many\nspeed: 9\nmemory: 8\n"),
            "config.yaml:1:7: cpus: expected a whole number from 1 to 65536\n"
            "config.yaml:2:1: unknown key \"speed\"; known: cpus, memory, gpus, listen, idle_exit, "
            "log_level, log_limit, grace, heartbeat, lease, suspect_cap, launch_timeout, "
            "suggestion_deadline, keep_checkpoints, checkpoint_interval, checkpoint_limit, poll\n"
            "config.yaml:3:9: memory: expected a size such as 512MiB or 8GiB");
}

TEST(ConfigFile, RefusesWhatIsNotAMapOfScalars) {
  EXPECT_EQ(errors_of("- a\n"), "config.yaml:1:1: expected `key: value` lines");
  EXPECT_NE(errors_of("cpus: [1]\n"), "");
  EXPECT_NE(errors_of("cpus: 1\ncpus: 2\n"), "");
  EXPECT_NE(errors_of("cpus: {"), "");
  EXPECT_NE(errors_of("[a]: 1\n"), "");
  EXPECT_NE(errors_of("listen: 7877\n"), "");
  EXPECT_NE(errors_of("listen: localhost:70000\n"), "");
  EXPECT_NE(errors_of("memory: 99999999999TiB\n"), "");
  EXPECT_NE(errors_of("heartbeat: -1s\n"), "");
  EXPECT_NE(errors_of("keep_checkpoints: 0\n"), "");
  EXPECT_NE(errors_of("checkpoint_limit: 1KiB\n"), "");
  EXPECT_EQ(errors_of("heartbeat: 10s\nlease: 15s\n"),
            "config.yaml:1:1: lease must be at least twice the heartbeat");
}

}  // namespace
}  // namespace automl::engine
