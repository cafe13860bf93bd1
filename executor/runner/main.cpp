// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include <thrift/TOutput.h>

#include "executor/runner/runner.hpp"

namespace {

// The Python SDK: beside the programs in a source tree, or below share/ when installed.
std::string find_python_path() {
  if (const char* given = std::getenv("AUTOML_PYTHONPATH")) {
    return given;
  }
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const char* place : {"../../../sdk/python", "../share/automl/python"}) {
    const auto folder = (self / place).lexically_normal();
    if (std::filesystem::exists(folder / "automl", error)) {
      return folder.string();
    }
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  automl::executor::RunnerOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--deliver") {
      options.deliver = true;
    } else if (i + 1 < argc && name == "--engine") {
      options.engine = argv[++i];
    } else if (i + 1 < argc && name == "--directory") {
      options.directory = argv[++i];
    } else if (i + 1 < argc && name == "--home") {
      options.home = argv[++i];
    } else {
      std::cerr << "automl-runner is started by automld; unknown argument " << name << "\n";
      return 2;
    }
  }
  const char* token = std::getenv("AUTOML_TOKEN");
  if (token == nullptr || options.engine.empty() || options.directory.empty()) {
    std::cerr << "automl-runner is started by automld, with a token, an engine and a folder\n";
    return 2;
  }
  options.token = token;
  options.python_path = find_python_path();
  apache::thrift::GlobalOutput.setOutputFunction([](const char*) {});
  try {
    return automl::executor::run_attempt(options);
  } catch (const std::exception& error) {
    std::cerr << "automl-runner: " << error.what() << "\n";
    return 1;
  }
}
