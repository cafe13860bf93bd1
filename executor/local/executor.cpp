// SPDX-License-Identifier: Apache-2.0
#include "executor/local/executor.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "executor/gpu/inventory.hpp"
#include "executor/local/machine.hpp"
#include "executor/local/process.hpp"

extern char** environ;  // NOLINT: declared by POSIX for the program to see

namespace automl::executor {

namespace {

constexpr int kMostDeliveries = 20;
constexpr int kKillTries = 300;
constexpr std::size_t kLongestToken = 128;
constexpr std::size_t kLastWordsBytes = 4 << 10;
constexpr std::int64_t kRunnerLogBytes = 1 << 20;

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Measurements that a runner wrote down: its engine may not have heard of all of them.
bool has_measurements(const AttemptDirectory& place) {
  struct stat facts {};
  return lstat(place.spool().c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0;
}

bool make_folder(const std::string& path) {
  return mkdir(path.c_str(), 0700) == 0 || errno == EEXIST;
}

// Tokens become names of folders; one with a dot is none of an attempt, see retire().
bool can_be_a_name(const std::string& token) {
  return !token.empty() && token.size() <= kLongestToken &&
         std::all_of(token.begin(), token.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_';
         });
}

LaunchResult refused(int error, const std::string& what) {
  LaunchResult result;
  result.error = what + ": " + std::strerror(error);
  result.retry = error != ENOENT && error != EACCES && error != ENOEXEC;
  return result;
}

// What the runner gets of the engine's environment: all but the engine's own settings.
std::vector<std::string> runner_environment(const std::string& token) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (text.rfind("AUTOML_TOKEN=", 0) != 0 && text.rfind("AUTOML_ATTEMPT=", 0) != 0) {
      entries.push_back(text);
    }
  }
  entries.push_back("AUTOML_TOKEN=" + token);
  entries.push_back("AUTOML_ATTEMPT=" + attempt_tag(token));
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

}  // namespace

LocalExecutor::LocalExecutor(LocalOptions options) : options_(std::move(options)) {
  make_folder(options_.home);
  const std::string attempts = options_.home + "/attempts";
  make_folder(attempts);
  // What earlier engines have started is listed like our own, so that none of it is forgotten.
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(attempts, error)) {
    const std::string name = entry.path().filename().string();
    if (can_be_a_name(name)) {
      live_.emplace(name, remembered(name));
    } else if (entry.path().extension() == ".done") {
      removal_.add(entry.path().string());
    }
  }
}

Capabilities LocalExecutor::capabilities() const {
  Capabilities capabilities;
  capabilities.name = "local";
  return capabilities;
}

AttemptDirectory LocalExecutor::directory(const std::string& token) const {
  return AttemptDirectory(options_.home + "/attempts/" + token);
}

LocalExecutor::Live LocalExecutor::remembered(const std::string& token) {
  Live live;
  live.tag = attempt_tag(token);
  return live;
}

LaunchResult LocalExecutor::start_runner(const std::string& token, bool deliver, Live& live) {
  const AttemptDirectory place = directory(token);
  std::vector<std::string> arguments = {options_.runner_path,
                                        "--engine",
                                        options_.engine_endpoint,
                                        "--directory",
                                        place.path(),
                                        "--home",
                                        options_.home};
  if (deliver) {
    arguments.emplace_back("--deliver");
  }
  std::vector<std::string> environment = runner_environment(token);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(
      &actions,
      1,
      place.runner_log().c_str(),
      O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK,  // nothing there may hold it up
      0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error = posix_spawn(&pid,
                                options_.runner_path.c_str(),
                                &actions,
                                &attributes,
                                pointers(arguments).data(),
                                pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return refused(error, "cannot start " + options_.runner_path);
  }
  live.child = pid;
  LaunchResult result;
  const auto identity = identify(pid);
  result.handle = identity ? identity->text() : ProcessIdentity{pid, 0, boot_id()}.text();
  live.handle = *result.handle;
  return result;
}

LaunchResult LocalExecutor::launch(const LaunchRequest& request) {
  if (!can_be_a_name(request.token)) {
    return refused(ENOENT, "a token has letters and digits");
  }
  const AttemptDirectory place = directory(request.token);
  if (mkdir(place.path().c_str(), 0700) != 0) {
    if (errno != EEXIST) {
      return refused(errno, "cannot make " + place.path());
    }
    // Launched before: whatever became of it, there is no second one.
    LaunchResult result;
    result.handle = read_attempt_file(place.runner()).value_or("");
    live_.try_emplace(request.token, remembered(request.token));
    return result;
  }
  Live live = remembered(request.token);
  LaunchResult result = start_runner(request.token, false, live);
  if (result.handle) {
    live_.emplace(request.token, live);
  } else {
    // The next try must not pass for a second one.
    unlink(place.runner_log().c_str());
    rmdir(place.path().c_str());
  }
  return result;
}

void LocalExecutor::reap(Live& live) {
  int status = 0;
  if (live.child == 0) {
    return;
  }
  const pid_t reaped = waitpid(live.child, &status, WNOHANG);
  if (reaped != 0) {
    live.clean = reaped == live.child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    live.child = 0;
  }
}

void LocalExecutor::cancel(const std::string& token) {
  const auto found = live_.find(token);
  if (found != live_.end() && found->second.child != 0) {
    kill(found->second.child, SIGKILL);  // may be too young to carry its tag
  }
  kill_tagged(attempt_tag(token), 0, kKillTries);
  if (found != live_.end()) {
    reap(found->second);
  }
}

Finding LocalExecutor::look(const std::string& token, Live& live) {
  const AttemptDirectory place = directory(token);
  Finding finding;
  finding.token = token;
  reap(live);
  if (live.child != 0) {
    finding.handle = live.handle;
    finding.presence = Presence::kRunning;
    return finding;
  }
  if (live.clean && !exists(place.path())) {
    return finding;  // gone as it should be: the engine has its result
  }
  const auto handle = read_attempt_file(place.runner());
  if (!handle && means_are_short(errno)) {
    finding.presence = Presence::kUnreachable;
    return finding;
  }
  finding.handle = handle.value_or("");
  const auto runner = ProcessIdentity::parse(finding.handle);
  const Life life = runner ? look_at(*runner, live.tag) : Life::kEnded;
  if (life != Life::kEnded) {
    finding.presence = life == Life::kAlive ? Presence::kRunning : Presence::kUnreachable;
    return finding;
  }
  // The runner is dead. Nothing of its attempt may outlive it.
  if (kill_tagged(live.tag, 0, kKillTries)) {
    look_at_remains(token, live, finding);
  } else {
    finding.presence = Presence::kUnreachable;
  }
  return finding;
}

void LocalExecutor::look_at_remains(const std::string& token, Live& live, Finding& finding) {
  const AttemptDirectory place = directory(token);
  finding.exit = read_result(place);
  if (!finding.exit && means_are_short(errno)) {
    finding.presence = Presence::kUnreachable;
    return;
  }
  if ((finding.exit || has_measurements(place)) && live.deliveries < kMostDeliveries) {
    // It could not tell the engine everything: somebody else does.
    if (!finding.exit && live.deliveries == 0) {
      keep_last_words(token);
    }
    ++live.deliveries;
    start_runner(token, true, live);
    finding.presence = Presence::kRunning;
    finding.exit.reset();
  } else if (finding.exit) {
    finding.presence = Presence::kFinished;
  } else if (exists(place.path())) {
    keep_last_words(token);
    removal_.add(retire(place));
  } else if (exists(retired_path(place))) {
    removal_.add(retired_path(place));  // its runner died while removing it
  }
}

void LocalExecutor::keep_last_words(const std::string& token) const {
  std::string words = read_attempt_file(directory(token).runner_log()).value_or("");
  if (words.empty()) {
    return;
  }
  words = words.substr(words.size() - std::min(words.size(), kLastWordsBytes));
  const std::string path = options_.home + "/runner.log";
  struct stat facts {};
  if (stat(path.c_str(), &facts) == 0 && facts.st_size > kRunnerLogBytes) {
    rename(path.c_str(), (path + ".1").c_str());
  }
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  words = "attempt " + attempt_tag(token) + ": " + words + (words.back() == '\n' ? "" : "\n");
  [[maybe_unused]] const ssize_t count = write(file, words.data(), words.size());
  close(file);
}

Finding LocalExecutor::find(const std::string& token) {
  const auto known = live_.find(token);
  if (known != live_.end()) {
    return look(token, known->second);
  }
  Finding finding;
  finding.token = token;
  if (!can_be_a_name(token)) {
    return finding;
  }
  Live live = remembered(token);
  finding = look(token, live);
  if (finding.presence == Presence::kRunning || finding.presence == Presence::kUnreachable) {
    live_.emplace(token, live);
  }
  return finding;
}

std::vector<Finding> LocalExecutor::list() {
  std::vector<Finding> findings;
  for (auto entry = live_.begin(); entry != live_.end();) {
    Finding finding = look(entry->first, entry->second);
    const bool over =
        finding.presence == Presence::kGone || finding.presence == Presence::kFinished;
    findings.push_back(std::move(finding));
    entry = over ? live_.erase(entry) : std::next(entry);
  }
  return findings;
}

std::vector<idl::Node> LocalExecutor::capacity() {
  idl::Node node;
  node.name = "local";
  const Machine machine = usable_machine();
  node.cpus = options_.cpus > 0 ? options_.cpus : machine.cpus;
  node.memory_bytes = options_.memory_bytes > 0 ? options_.memory_bytes : machine.memory_bytes;
  node.gpus = options_.gpus ? *options_.gpus : find_gpus().gpus;
  return {node};
}

}  // namespace automl::executor
