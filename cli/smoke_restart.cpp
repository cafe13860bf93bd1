// SPDX-License-Identifier: Apache-2.0
#include "cli/smoke_restart.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sys/types.h>

namespace automl::cli {

namespace {

constexpr std::size_t kIndent = 15;

using Curve = std::map<std::int64_t, std::map<std::string, double>>;

// By step, as the last attempt that came there found it.
Curve curve_of(const idl::TrialDetail& detail) {
  Curve curve;
  for (const idl::StoredMeasurement& stored : detail.measurements) {
    curve[stored.measurement.step] = stored.measurement.metrics;
  }
  return curve;
}

std::string values_of(const Curve& curve, std::int64_t step) {
  const auto found = curve.find(step);
  std::string text;
  if (found != curve.end()) {
    for (const auto& [metric, value] : found->second) {
      text += (text.empty() ? "" : " ") + metric + "=" + number_text(value, 9);
    }
  }
  return text.empty() ? "nothing" : text;
}

// What was found otherwise than without the kill; empty: nothing.
std::string difference(const idl::TrialDetail& undisturbed, const idl::TrialDetail& killed) {
  const Curve expected = curve_of(undisturbed);
  const Curve found = curve_of(killed);
  Curve all = expected;
  all.insert(found.begin(), found.end());
  for (const auto& [step, metrics] : all) {
    const std::string before = values_of(expected, step);
    const std::string after = values_of(found, step);
    if (before != after) {
      return "step " + std::to_string(step) + " has " + after + " instead of " + before;
    }
  }
  return "";
}

}  // namespace

std::string restart_text(const idl::TrialDetail& undisturbed,
                         const std::optional<idl::TrialDetail>& killed) {
  std::string text = "  " + padded("restart", kIndent - 2);
  if (!killed) {
    return text + "it saves nothing: a trial that is killed begins from zero\n";
  }
  if (killed->attempts.size() < 2) {
    return text + "not tried: it ended before it could be killed\n";
  }
  const idl::Attempt& last = killed->attempts.back();
  if (last.__isset.restored) {
    text += "killed, it went on from checkpoint " + std::to_string(last.restored.number);
    text += last.restored.step < 0 ? "" : ", step " + std::to_string(last.restored.step);
  } else {
    text += "killed before it had saved anything, it began from zero";
  }
  if (killed->trial.state != idl::TrialState::COMPLETE) {
    return text + ", and failed: " + shown(killed->trial.reason) + "\n";
  }
  const std::string other = difference(undisturbed, *killed);
  return text + (other.empty() ? ": the same curve as without\n"
                               : ": another curve than without, " + shown(other) + "\n");
}

// Its handle on this machine is "boot id:pid:start".
bool kill_attempt(const idl::Attempt& attempt) {
  const std::size_t colon = attempt.handle.find(':');
  const std::string pid = colon == std::string::npos ? "" : attempt.handle.substr(colon + 1);
  const auto number = static_cast<pid_t>(std::strtol(pid.c_str(), nullptr, 10));
  if (number <= 1) {
    return false;
  }
  std::ifstream file("/proc/" + std::to_string(number) + "/cmdline", std::ios::binary);
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  return line.find("automl-runner") != std::string::npos && kill(number, SIGKILL) == 0;
}

}  // namespace automl::cli
