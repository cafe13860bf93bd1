// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/prepare_environment.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/file.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "executor/attempt_directory.hpp"

namespace automl::executor {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kSetUpLimitS = 3'600;

std::string hex_digest(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string text;
  for (const unsigned char byte : digest) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    text += hex;
  }
  return text;
}

// Held while an environment is made; the kernel lets go of it when this process dies.
class FileLock {
 public:
  explicit FileLock(const std::string& path)
      : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ < 0 || flock(file_, LOCK_EX) != 0) {
      throw std::runtime_error("cannot lock " + path);
    }
  }
  ~FileLock() { close(file_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

void run_step(const std::function<idl::ExitReport(Command)>& run,
              const std::string& script,
              const std::string& directory) {
  Command command;
  command.arguments = {"/bin/sh", "-c", script};
  command.directory = directory;
  command.time_limit_s = kSetUpLimitS;
  const idl::ExitReport end = run(command);
  if (end.cause != idl::ExitCause::EXITED || end.code != 0) {
    throw std::runtime_error("the environment could not be made: " + end.message);
  }
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result + "'";
}

}  // namespace

std::string prepare_environment(const std::string& requirements,
                                const std::string& cache,
                                const std::function<idl::ExitReport(Command)>& run) {
  const auto text = read_file(requirements);
  if (!text) {
    throw std::runtime_error("the setup file " + requirements + " cannot be read");
  }
  const fs::path folder = fs::path(cache) / "environments";
  fs::create_directories(folder);
  const std::string environment = (folder / hex_digest(*text)).string();
  const std::string complete = environment + "/.complete";
  if (fs::exists(complete)) {
    return environment;
  }
  const FileLock lock(environment + ".lock");
  if (fs::exists(complete)) {
    return environment;
  }
  fs::remove_all(environment);  // what a runner left that died over it
  const std::string directory = fs::path(requirements).parent_path().string();
  run_step(run, "exec python3 -m venv --system-site-packages " + quoted(environment), directory);
  run_step(run,
           "exec " + quoted(environment + "/bin/python") +
               " -m pip install --disable-pip-version-check --no-input -r " + quoted(requirements),
           directory);
  if (!write_durably(complete, *text)) {
    throw std::runtime_error("cannot write " + complete);
  }
  return environment;
}

}  // namespace automl::executor
