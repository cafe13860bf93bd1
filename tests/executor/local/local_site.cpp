// SPDX-License-Identifier: Apache-2.0
#include "tests/executor/local/local_site.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "executor/local/process.hpp"

namespace automl::executor::testing {

namespace {

constexpr const char* kRunner = AUTOML_BINARY_DIR "/scripted_runner";
constexpr std::chrono::seconds kPatience{20};

std::string new_folder() {
  char path[] = "/tmp/automl-executor-test-XXXXXX";
  return mkdtemp(path);
}

}  // namespace

LocalSite::LocalSite() {
  options_.home = new_folder();
  options_.runner_path = kRunner;
  options_.engine_endpoint = "unix:" + options_.home + "/engine.sock";
  options_.gpus.emplace();
  restart();
}

LocalSite::~LocalSite() {
  executor_.reset();
  for (const std::string& token : tokens_) {
    kill_tagged(attempt_tag(token), 0, 300);
  }
  std::error_code ignored;
  std::filesystem::remove_all(options_.home, ignored);
}

void LocalSite::restart() {
  executor_.reset();
  executor_ = std::make_unique<LocalExecutor>(options_);
}

LaunchRequest LocalSite::request() {
  LaunchRequest request;
  // Unlike those of any other test that runs at the same time.
  request.token = home().substr(home().size() - 6) + "-" + std::to_string(tokens_.size());
  request.session_name = "ada/digits/1";
  request.placement.node = "local";
  tokens_.push_back(request.token);
  return request;
}

void LocalSite::wait_until_up(const std::string& token) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (runner(token) == 0 && std::chrono::steady_clock::now() < until) {
    wait_a_moment();
  }
  EXPECT_NE(runner(token), 0) << "its runner never began";
}

void LocalSite::wait_a_moment() { usleep(1'000); }

bool LocalSite::anything_lives(const std::string& token) {
  return !tagged_processes(attempt_tag(token)).value().empty();
}

void LocalSite::kill_runner(const std::string& token) {
  const pid_t pid = runner(token);
  ASSERT_GT(pid, 1);
  kill(pid, SIGKILL);
}

void LocalSite::let_launches_fail(bool fail) {
  options_.runner_path = fail ? "/no/such/runner" : kRunner;
  restart();
}

void LocalSite::end_runner(const std::string& token, bool deliverable) {
  if (!deliverable) {
    touch("undeliverable");
  }
  std::ofstream(home() + "/end", std::ios::app) << attempt_tag(token) << "\n";
}

pid_t LocalSite::runner(const std::string& token) const {
  const auto identity = ProcessIdentity::parse(read_file(directory(token).runner()).value_or(""));
  return identity ? static_cast<pid_t>(identity->pid) : 0;
}

void LocalSite::touch(const std::string& name) const { std::ofstream(home() + "/" + name); }

int LocalSite::lines(const std::string& file, const std::string& token) const {
  std::istringstream text(read_file(home() + "/" + file).value_or(""));
  int count = 0;
  for (std::string line; std::getline(text, line);) {
    count += line == attempt_tag(token) ? 1 : 0;
  }
  return count;
}

}  // namespace automl::executor::testing
