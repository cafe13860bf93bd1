// SPDX-License-Identifier: Apache-2.0
// Stands in for automl-runner where the executor is tested: does what files in its home ask for.
//   starts, deliveries   gets a line with the attempt's tag for each start
//   end                  holds tags of those that shall end with a result
//   undeliverable        exists: nothing can be delivered
//   fork                 exists: the program forks for ever, each of it living for a moment
// It has a program, in a session of its own, which heeds no signal.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "executor/attempt_directory.hpp"
#include "executor/local/process.hpp"

namespace {

using automl::executor::AttemptDirectory;

constexpr timespec kMoment{0, 2'000'000};
constexpr std::chrono::seconds kLongestFork{30};  // should nothing be able to end it

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

void note(const std::string& path, const std::string& tag) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const std::string line = tag + "\n";
  if (write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    std::abort();
  }
  close(file);
}

void ignore_signals() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    signal(number, SIG_IGN);
  }
}

[[noreturn]] void play_program(bool forking) {
  setsid();
  ignore_signals();
  const auto until = std::chrono::steady_clock::now() + kLongestFork;
  while (forking && std::chrono::steady_clock::now() < until) {
    if (fork() > 0) {
      _exit(0);
    }
  }
  while (!forking) {
    pause();
  }
  _exit(0);
}

int deliver(const AttemptDirectory& directory, const std::string& home, const std::string& tag) {
  note(home + "/deliveries", tag);
  if (exists(home + "/undeliverable")) {
    return 1;
  }
  automl::executor::remove_folder(automl::executor::retire(directory));
  return 0;
}

int work(const AttemptDirectory& directory, const std::string& home, const std::string& tag) {
  if (open(directory.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600) < 0) {
    return 1;  // its folder is gone
  }
  note(home + "/starts", tag);
  ignore_signals();
  const auto self = automl::executor::identify(getpid());
  if (!self || !automl::executor::write_whole(directory.runner(), self->text(), false)) {
    return 1;
  }
  const pid_t program = fork();
  if (program == 0) {
    play_program(exists(home + "/fork"));
  }
  const std::string end = home + "/end";
  while (automl::executor::read_file(end).value_or("").find(tag) == std::string::npos) {
    if (!exists(directory.path())) {
      kill(program, SIGKILL);  // taken for gone: a real one is refused by the engine and ends
      return 1;
    }
    nanosleep(&kMoment, nullptr);
  }
  kill(program, SIGKILL);
  automl::idl::ExitReport exit;
  exit.cause = automl::idl::ExitCause::EXITED;
  exit.code = 5;
  automl::executor::write_result(directory, exit);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::string directory;
  std::string home;
  bool delivering = false;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    delivering |= name == "--deliver";
    directory = name == "--directory" ? argv[i + 1] : directory;
    home = name == "--home" ? argv[i + 1] : home;
  }
  const char* tag = std::getenv("AUTOML_ATTEMPT");
  if (tag == nullptr) {
    return 2;
  }
  const AttemptDirectory attempt(directory);
  return delivering ? deliver(attempt, home, tag) : work(attempt, home, tag);
}
