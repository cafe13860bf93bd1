// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/program_environment.hpp"

#include <cstdint>
#include <vector>

extern char** environ;  // NOLINT: declared by POSIX for the program to see

namespace automl::executor {

namespace {

std::string joined(const std::vector<std::int32_t>& numbers) {
  std::string text;
  for (const std::int32_t number : numbers) {
    text += (text.empty() ? "" : ",") + std::to_string(number);
  }
  return text;
}

std::map<std::string, std::string> own_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

}  // namespace

std::map<std::string, std::string> program_environment(
    const idl::RunnerOrder& order,
    const ProgramPaths& paths,
    const std::map<std::string, std::string>& datasets) {
  std::map<std::string, std::string> variables = own_environment();
  const std::string tag = variables["AUTOML_ATTEMPT"];
  const idl::Placement& placement = order.attempt.placement;
  variables["AUTOML_SESSION"] = order.session.name;
  if (order.session.study_id != 0) {
    variables["AUTOML_STUDY"] = order.study;
    variables["AUTOML_TRIAL"] = std::to_string(order.trial_number);
  }
  variables["AUTOML_PARAMS"] = paths.params;
  variables["AUTOML_OUTPUT"] = paths.output;
  variables["AUTOML_CHECKPOINT"] = paths.checkpoint;
  variables["AUTOML_SOCKET"] = paths.socket;
  variables["CUDA_VISIBLE_DEVICES"] = joined(placement.gpus);
  // CUDA's own order is by speed: on a machine with different GPUs an index would mean another one.
  variables["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID";
  variables["PYTHONUNBUFFERED"] = "1";
  if (placement.cpus > 0) {
    variables.emplace("OMP_NUM_THREADS", std::to_string(placement.cpus));
  }
  for (const auto& [name, path] : datasets) {
    variables[name] = path;
  }
  for (const auto& [name, value] : order.session.spec.environment) {
    variables[name] = value;
  }
  if (!paths.python.empty()) {
    std::string& search = variables["PYTHONPATH"];
    search = paths.python + (search.empty() ? "" : ":" + search);
  }
  variables["AUTOML_ATTEMPT"] = tag;
  variables.erase("AUTOML_TOKEN");
  variables.erase("AUTOML_HOME");
  return variables;
}

}  // namespace automl::executor
