// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/resource_keys.hpp"

namespace automl::engine::study_file {

namespace {

constexpr double kWeek = 7.0 * 86400;
constexpr double kYear = 366.0 * 86400;
constexpr double kMega = 1e6;
constexpr double kPebi = 1125899906842624.0;
constexpr double kExact = 9007199254740991.0;  // 2^53 - 1

Key later(std::string_view name, std::string_view range, std::string_view help) {
  return {.name = name, .type = Type::kOther, .range = range, .help = help, .later = true};
}

}  // namespace

std::vector<Key> sharing_keys() {
  return {
      {.name = "parallel",
       .type = Type::kInteger,
       .default_text = "1",
       .range = "1 to 4096",
       .help = "How many trials run at the same time.",
       .low = 1,
       .high = 4096},
      {.name = "priority",
       .type = Type::kInteger,
       .default_text = "1",
       .range = "1 to 100",
       .help = "Weight among the studies of one owner when slots are scarce: with 2 it gets twice "
               "the share of one with 1. Owners share equally, whatever their priorities.",
       .low = 1,
       .high = 100},
      {.name = "stop_and_go",
       .type = Type::kSection,
       .range = "{max_parallel, stop_ratio}",
       .help = "The study takes slots that nobody else waits for, beyond parallel, and gives them "
               "back as soon as somebody does: its least promising trials are paused, and revived "
               "later from their checkpoints."},
      {.name = "stop_and_go.max_parallel",
       .type = Type::kInteger,
       .range = "parallel to 4096",
       .help = "How many trials run at the same time while slots are idle.",
       .low = 1,
       .high = 4096,
       .required = true},
      {.name = "stop_and_go.stop_ratio",
       .type = Type::kNumber,
       .default_text = "0.5",
       .range = "0 to 1",
       .help = "Of the trials that the scheduler stops early, the part that is kept, the most "
               "promising ones, and revived when slots are idle.",
       .low = 0,
       .high = 1},
  };
}

std::vector<Key> resource_keys() {
  return {
      {.name = "resources",
       .type = Type::kSection,
       .range = "{gpus, cpus, memory, time}",
       .help = "What each trial has to itself."},
      {.name = "resources.gpus",
       .type = Type::kInteger,
       .default_text = "0",
       .range = "0 to 1024",
       .help = "GPUs; CUDA_VISIBLE_DEVICES names them.",
       .low = 0,
       .high = 1024},
      {.name = "resources.cpus",
       .type = Type::kInteger,
       .default_text = "1",
       .range = "1 to 4096",
       .help = "CPU cores.",
       .low = 1,
       .high = 4096},
      {.name = "resources.memory",
       .type = Type::kSize,
       .range = "a size like 512MB or 8GiB, at least 1MB",
       .help = "Main memory; a trial that takes more ends as out of memory. Without it there is no "
               "limit.",
       .low = kMega,
       .high = kPebi},
      {.name = "resources.time",
       .type = Type::kDuration,
       .range = "a duration like 90s, 30m, 2h or 1d, at least 1s",
       .help = "A trial that takes longer ends as failed. Without it there is no limit.",
       .low = 1,
       .high = 52 * kWeek},
      {.name = "resources.nodes",
       .type = Type::kInteger,
       .default_text = "1",
       .range = "1",
       .help = "Machines a trial runs on at once.",
       .low = 1,
       .high = 4096,
       .only_value = "1"},
      {.name = "executor",
       .type = Type::kOther,
       .default_text = "local",
       .range = "local",
       .help = "Where trials run.",
       .only_value = "local"},
  };
}

std::vector<Key> limit_keys() {
  return {
      {.name = "budget",
       .type = Type::kSection,
       .range = "{trials, time, target}",
       .help = "The limit reached first ends the study."},
      {.name = "budget.trials",
       .type = Type::kInteger,
       .default_text = "100",
       .range = "1 to 10000000",
       .help = "Trials that are started, baselines included. When budget.time is given and this is "
               "not, there is no such limit.",
       .low = 1,
       .high = 1e7},
      {.name = "budget.time",
       .type = Type::kDuration,
       .range = "a duration like 90s, 30m, 2h or 1d, at least 1s",
       .help = "Time since the study was submitted.",
       .low = 1,
       .high = 10 * kYear},
      {.name = "budget.target",
       .type = Type::kNumber,
       .range = "a number",
       .help =
           "The study is done when the value of a complete trial that meets all constraints is "
           "at least this good; one that was stopped early does not count. One objective only."},
      later("budget.credits", "a number", "Credits the study may spend."),
      {.name = "retries",
       .type = Type::kInteger,
       .default_text = "1",
       .range = "0 to 100",
       .help =
           "How many further attempts a trial gets after one failed or was lost with its machine.",
       .low = 0,
       .high = 100},
      {.name = "max_failures",
       .type = Type::kInteger,
       .default_text = "20",
       .range = "1 to 10000000",
       .help = "The study stops as failed when this many trials have failed.",
       .low = 1,
       .high = 1e7},
      {.name = "seed",
       .type = Type::kInteger,
       .range = "0 to 9007199254740991",
       .help = "The same seed and the same results give the same proposals. Without it one is "
               "drawn, and shown.",
       .low = 0,
       .high = kExact},
      later("notify", "{email, on}", "Tells people when something happens."),
  };
}

}  // namespace automl::engine::study_file
