// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/cli/fake_engine.hpp"
#include "tests/cli/program.hpp"

namespace automl::cli {

// The program, a fake engine it talks to, and a folder for both.
class ProgramTest : public testing::Test {
 protected:
  std::map<std::string, std::string> environment() const {
    return {{"AUTOML_SERVER", "unix:" + socket()},
            {"AUTOML_HOME", folder_.path() + "/home"},
            {"TERM", "xterm"},
            {"TZ", "UTC"},
            {"TMPDIR", folder_.path()}};
  }
  std::string socket() const { return folder_.path() + "/engine.sock"; }

  // Starts the fake engine and runs the program to its end.
  Outcome run(const std::vector<std::string>& arguments) {
    serve();
    return Program(folder_, arguments, environment()).wait();
  }
  void serve() {
    if (!server_) {
      server_ = std::make_unique<FakeServer>(engine_, socket());
    }
  }

  Folder folder_;
  std::shared_ptr<FakeEngine> engine_ = std::make_shared<FakeEngine>();
  std::unique_ptr<FakeServer> server_;
};

}  // namespace automl::cli
