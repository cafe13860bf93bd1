// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/prepare_environment.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

#include "executor/attempt_directory.hpp"
#include "executor/runner/content_digest.hpp"
#include "executor/runner/file_lock.hpp"

namespace automl::executor {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kSetUpLimitS = 3'600;

// The python3 that the path finds, its size and time of change: another one gets other
// environments.
std::string describe_python(const std::string& search_path) {
  std::istringstream folders(search_path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string program = folder + "/python3";
    std::error_code error;
    struct stat facts {};
    if (access(program.c_str(), X_OK) == 0 && stat(program.c_str(), &facts) == 0) {
      return fs::canonical(program, error).string() + " " + std::to_string(facts.st_size) + " " +
             std::to_string(facts.st_mtim.tv_sec);
    }
  }
  throw std::runtime_error("setup needs python3, which is not in PATH");
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result + "'";
}

void run_step(const SetUp& set_up, const std::string& script) {
  Command command;
  command.arguments = {"/bin/sh", "-c", script};
  command.directory = fs::path(set_up.requirements).parent_path().string();
  command.time_limit_s = kSetUpLimitS;
  const idl::ExitReport end = set_up.run(std::move(command));
  if (end.cause != idl::ExitCause::EXITED || end.code != 0) {
    throw std::runtime_error("the environment could not be made: " + end.message);
  }
}

// The marker promises that the files are there: they must not be lost with the power.
void sync_file_system(const std::string& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file >= 0) {
    syncfs(file);
    close(file);
  }
}

}  // namespace

std::string prepare_environment(const SetUp& set_up) {
  const auto text = read_file(set_up.requirements);
  if (!text) {
    throw std::runtime_error("the setup file " + set_up.requirements + " cannot be read");
  }
  const fs::path folder = fs::path(set_up.cache) / "environments";
  fs::create_directories(folder);
  const std::string python = describe_python(set_up.search_path);
  const std::string environment = (folder / content_digest(python + "\n" + *text)).string();
  const std::string complete = environment + "/.complete";
  if (fs::exists(complete)) {
    return environment;
  }
  const FileLock lock(environment + ".lock", set_up.given_up);
  if (fs::exists(complete)) {
    return environment;
  }
  fs::remove_all(environment);  // what a runner left that died over it
  run_step(set_up, "exec python3 -m venv --system-site-packages " + quoted(environment));
  run_step(set_up,
           "exec " + quoted(environment + "/bin/python") +
               " -m pip install --disable-pip-version-check --no-input -r " +
               quoted(set_up.requirements));
  sync_file_system(environment);
  if (!write_durably(complete, python + "\n" + *text)) {
    throw std::runtime_error("cannot write " + complete);
  }
  return environment;
}

}  // namespace automl::executor
