// SPDX-License-Identifier: Apache-2.0
#include "tests/executor/runner/attempt_run.hpp"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <signal.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "executor/local/process.hpp"

namespace automl::executor::testing {

namespace fs = std::filesystem;

namespace {

std::string new_folder() {
  char path[] = "/tmp/automl-runner-test-XXXXXX";
  return mkdtemp(path);
}

bool eventually(const std::function<bool()>& holds, std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace

AttemptRun::AttemptRun() : home_(new_folder()), gate_(home_ + "/engine.sock") {
  // The tests of the attempt's tag must not meet those of another test program.
  token_.replace(0, 8, home_.substr(home_.size() - 6) + "zz");
  fs::create_directories(directory().path());
  order.session.id = 7;
  order.session.name = "ada/digits/7";
  order.session.spec.params_json = R"({"lr": 0.1})";
  order.attempt.number = 1;
  order.attempt.placement.cpus = 2;
  order.cache_directory = home_ + "/cache";
  order.grace_s = 0.3;
  order.heartbeat_s = 0.05;
  order.log_limit_bytes = 8 << 20;
  order.artifact_directory = home_ + "/artifacts";
  order.checkpoint_interval_s = 0.1;
  order.checkpoint_limit_bytes = 1 << 20;
}

AttemptRun::~AttemptRun() {
  if (runner_ > 0) {
    kill(runner_, SIGKILL);
    waitpid(runner_, nullptr, 0);
  }
  kill_tagged(attempt_tag(token_), 0, 300);
  gate_.stop();
  std::error_code ignored;
  fs::remove_all(home_, ignored);
}

void AttemptRun::launch(const std::string& command) {
  order.session.spec.command = command;
  gate_.set_order(order);
  gate_.start();
  start_runner();
}

void AttemptRun::start_runner(bool deliver) {
  const std::string program = std::string(AUTOML_BINARY_DIR) + "/automl-runner";
  const std::string engine = "unix:" + home_ + "/engine.sock";
  const std::string folder = directory().path();
  runner_ = fork();
  if (runner_ == 0) {
    setsid();
    setenv("AUTOML_TOKEN", token_.c_str(), 1);
    setenv("AUTOML_ATTEMPT", attempt_tag(token_).c_str(), 1);
    const int log = open((home_ + "/runner.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(log, 2);
    execl(program.c_str(),
          program.c_str(),
          "--engine",
          engine.c_str(),
          "--directory",
          folder.c_str(),
          "--home",
          home_.c_str(),
          deliver ? "--deliver" : nullptr,
          nullptr);
    _exit(126);
  }
}

void AttemptRun::order_next() {
  gate_.stop();
  fs::remove_all(directory().path());
  fs::create_directories(directory().path());
  ++order.attempt.number;
  const std::vector<idl::Checkpoint> known = gate_.record().checkpoints;
  order.last_checkpoint = known.empty() ? 0 : known.back().number;
  if (!known.empty()) {
    order.__set_restore(known.back());
    order.restore_otherwise.assign(known.rbegin() + 1, known.rend());
  }
}

int AttemptRun::wait() {
  int status = 0;
  const bool ended = eventually([&] { return waitpid(runner_, &status, WNOHANG) == runner_; },
                                std::chrono::seconds(60));
  if (!ended) {
    return -1;
  }
  runner_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

idl::ExitReport AttemptRun::run(const std::string& command) {
  launch(command);
  EXPECT_EQ(wait(), 0) << read("runner.log");
  const GateRecord record = gate_.record();
  EXPECT_EQ(record.exits.size(), 1U);
  EXPECT_TRUE(record.in_order);
  EXPECT_FALSE(fs::exists(directory().path())) << "the folder is left behind";
  EXPECT_TRUE(processes().empty()) << "something outlived the attempt";
  return record.exits.empty() ? idl::ExitReport() : record.exits.back();
}

std::vector<pid_t> AttemptRun::processes() const {
  std::vector<pid_t> found = tagged_processes(attempt_tag(token_)).value();
  std::erase(found, runner_);
  return found;
}

bool AttemptRun::wait_for_file(const std::string& name) const {
  return eventually([&] { return fs::exists(home_ + "/" + name); }, std::chrono::seconds(20));
}

std::string AttemptRun::read(const std::string& name) const {
  return read_file(home_ + "/" + name).value_or("");
}

std::string AttemptRun::output() const {
  std::istringstream log(gate_.record().log);
  std::string text;
  for (std::string line; std::getline(log, line);) {
    const auto stream = line.find(' ');
    const auto start = stream == std::string::npos ? stream : line.find(' ', stream + 1);
    text += (start == std::string::npos ? line : line.substr(start + 1)) + "\n";
  }
  return text;
}

}  // namespace automl::executor::testing
