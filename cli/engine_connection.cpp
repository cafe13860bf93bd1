// SPDX-License-Identifier: Apache-2.0
#include "cli/engine_connection.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "cli/interrupt.hpp"
#include "cli/text.hpp"
#include "idl/version.hpp"

extern char** environ;  // NOLINT: declared by POSIX for the program to see

namespace automl::cli {

namespace {

constexpr long kPatienceMs = 30'000;
constexpr std::chrono::milliseconds kPause{50};
// An engine may be killed while it starts; one that cannot start at all fails as often.
constexpr int kStarts = 3;

long now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string home_folder() {
  const std::string home = variable("AUTOML_HOME");
  return !home.empty() ? std::filesystem::absolute(home).lexically_normal().string()
                       : variable("HOME") + "/.automl";
}

// automld beside this program, else on the PATH.
std::string engine_program() {
  std::error_code error;
  const auto beside =
      std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "automld";
  return std::filesystem::exists(beside, error) ? beside.string() : "automld";
}

}  // namespace

EngineConnection::EngineConnection(std::string server) : home_(home_folder()) {
  if (server.empty()) {
    server = variable("AUTOML_SERVER");
  }
  own_ = server.empty();
  endpoint_ = idl::parse_endpoint(own_ ? "unix:" + home_ + "/engine.sock" : server);
}

idl::EngineClient& EngineConnection::client() {
  if (!connection_) {
    connect();
  }
  return connection_->engine();
}

idl::EngineClient* EngineConnection::running() {
  try {
    if (!connection_) {
      connection_ = std::make_unique<idl::Connection>(endpoint_);
    }
    return &connection_->engine();
  } catch (const idl::Disconnected&) {
    return nullptr;
  }
}

void EngineConnection::connect() {
  const long until = now_ms() + kPatienceMs;
  for (int failed_starts = 0;;) {
    try {
      connection_ = std::make_unique<idl::Connection>(endpoint_);
      patience_ends_ms_ = 0;
      break;
    } catch (const idl::Disconnected& error) {
      // One that was there may be about to come back.
      if (!own_ && (!met_ || now_ms() > until)) {
        throw idl::Disconnected(std::string("the engine cannot be reached: ") + error.what());
      }
      if (now_ms() > until) {
        throw idl::Disconnected("the engine does not answer; see " + home_ + "/engine.log");
      }
    }
    if (interrupted()) {
      throw idl::Disconnected("left while the engine was away");
    }
    if (own_ && !try_start(true) && ++failed_starts == kStarts) {
      throw_not_started();
    }
    std::this_thread::sleep_for(kPause);
  }
  if (!met_) {
    met_ = true;
    compare_versions();
  }
}

void EngineConnection::compare_versions() {
  idl::EngineInfo info;
  try {
    connection_->engine().engine_info(info);
  } catch (const idl::Unavailable&) {
    return;  // the call that follows says so
  }
  if (info.version != version()) {
    std::cerr << "automl: the engine is version " << shown(info.version) << ", this program "
              << version() << "; automl server stop ends the old engine (sessions go on)\n";
  }
}

void EngineConnection::throw_not_started() const {
  throw idl::Disconnected("automld did not start; see " + home_ + "/engine.log");
}

void EngineConnection::start_engine(bool on_demand) {
  if (!try_start(on_demand)) {
    throw_not_started();
  }
}

bool EngineConnection::try_start(bool on_demand) {
  std::string program = engine_program();
  std::string home = home_;
  std::string home_option = "--home";
  std::string demand_option = "--on-demand";
  char* arguments[] = {program.data(),
                       home_option.data(),
                       home.data(),
                       on_demand ? demand_option.data() : nullptr,
                       nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
  if (on_demand) {
    // Another client may have been faster: its engine is as good, no need to hear of it.
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
  }
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw idl::Disconnected("automld cannot be started (" + program + ")");
  }
  int status = 0;
  waitpid(pid, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  // 2: one runs already (or the configuration is bad, which connecting will show).
  return code == 0 || (code == 2 && on_demand);
}

void EngineConnection::reconnect(const std::string& why) {
  connection_.reset();
  if (patience_ends_ms_ == 0) {
    patience_ends_ms_ = now_ms() + kPatienceMs;
  } else if (now_ms() > patience_ends_ms_) {
    throw idl::Disconnected("the engine cannot be reached: " + why);
  }
  if (interrupted()) {
    throw idl::Disconnected("left while the engine was away");
  }
  std::this_thread::sleep_for(kPause);
}

void EngineConnection::wait_for_store(const idl::Unavailable& unavailable) {
  if (!told_) {
    std::cerr << "automl: waiting for the engine: " << shown(unavailable.message) << "\n";
    told_ = true;
  }
  if (patience_ends_ms_ == 0) {
    patience_ends_ms_ = now_ms() + kPatienceMs;
  } else if (now_ms() > patience_ends_ms_) {
    throw unavailable;
  }
  if (interrupted()) {
    throw unavailable;
  }
  std::this_thread::sleep_for(kPause * 4);
}

}  // namespace automl::cli
