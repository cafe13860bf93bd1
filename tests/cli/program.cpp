// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/program.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <pty.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace automl::cli {

Folder::Folder() {
  std::string name = std::filesystem::temp_directory_path() / "automl-cli-test-XXXXXX";
  path_ = mkdtemp(name.data());
}

Folder::~Folder() { std::filesystem::remove_all(path_); }

std::string Folder::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path path = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

std::string Folder::read(const std::string& name) const {
  std::ifstream file(std::filesystem::path(path_) / name, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Program::Program(const Folder& folder,
                 std::vector<std::string> arguments,
                 std::map<std::string, std::string> environment,
                 int columns)
    : folder_(folder) {
  const std::string out = folder.path() + "/out";
  const std::string err = folder.path() + "/err";
  arguments.insert(arguments.begin(), std::string(AUTOML_BINARY_DIR) + "/automl");
  std::vector<char*> words;
  for (std::string& argument : arguments) {
    words.push_back(argument.data());
  }
  words.push_back(nullptr);
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = 24;
  pid_ = columns > 0 ? forkpty(&terminal_, nullptr, nullptr, &size) : fork();
  if (pid_ != 0) {
    return;
  }
  for (const auto& [name, value] : environment) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  if (columns == 0) {
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
  }
  execv(words[0], words.data());
  _exit(126);
}

Program::~Program() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (terminal_ >= 0) {
    close(terminal_);
  }
}

void Program::read_terminal(int wait_ms) {
  pollfd ready{terminal_, POLLIN, 0};
  char buffer[4096];
  while (poll(&ready, 1, wait_ms) > 0) {
    const ssize_t count = read(terminal_, buffer, sizeof buffer);
    if (count <= 0) {
      break;
    }
    screen_.append(buffer, static_cast<std::size_t>(count));
    wait_ms = 0;
  }
}

bool Program::says(const std::string& text) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < until) {
    if (terminal_ >= 0) {
      read_terminal(20);
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const std::string all = screen_ + folder_.read("out") + folder_.read("err");
    if (all.find(text) != std::string::npos) {
      return true;
    }
  }
  return false;
}

void Program::signal(int number) const { kill(pid_, number); }

Outcome Program::wait() {
  int status = 0;
  if (terminal_ >= 0) {
    // The terminal must be read, or the program would wait for room.
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      read_terminal(20);
    }
    read_terminal(0);
  } else {
    waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  Outcome outcome;
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = terminal_ >= 0 ? screen_ : folder_.read("out");
  outcome.err = terminal_ >= 0 ? "" : folder_.read("err");
  return outcome;
}

}  // namespace automl::cli
