// SPDX-License-Identifier: Apache-2.0
// automld: the engine as a program.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <malloc.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "engine/archives.hpp"
#include "engine/artifact_sweeper.hpp"
#include "engine/checkpoints.hpp"
#include "engine/config_file.hpp"
#include "engine/core.hpp"
#include "engine/daemon.hpp"
#include "engine/event_loop.hpp"
#include "engine/home_folder.hpp"
#include "engine/server/thrift_server.hpp"
#include "engine/stop_signals.hpp"
#include "engine/study_manager.hpp"
#include "engine/system_doors.hpp"

#include "executor/local/executor.hpp"
#include "idl/version.hpp"
#include "storage/errors.hpp"
#include "storage/sqlite/open.hpp"

namespace automl::engine {

namespace {

// Exit codes of automld.
constexpr int kTrouble = 1;
constexpr int kBadUsage = 2;  // also: an engine is running already
constexpr int kMustNotGoOn = 3;

struct Arguments {
  std::string home;
  std::string listen;
  bool foreground = false;
  bool on_demand = false;
};

std::string default_home() {
  if (const char* home = std::getenv("AUTOML_HOME"); home != nullptr && *home != '\0') {
    return home;
  }
  const char* user_home = std::getenv("HOME");
  return user_home != nullptr ? std::string(user_home) + "/.automl" : std::string();
}

Config configure(const Arguments& arguments, const HomeFolder& home) {
  Config config = read_config(home.file("config.yaml"));
  if (!arguments.listen.empty() && !parse_listen(arguments.listen, config)) {
    throw ConfigError("--listen: expected host:port, got \"" + arguments.listen + "\"");
  }
  config.settings.home = home.path();
  config.settings.on_demand = arguments.on_demand;
  config.settings.version = version();
  return config;
}

void start_log(const Arguments& arguments, const Config& config) {
  std::vector<spdlog::sink_ptr> sinks = {std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
      config.settings.home + "/engine.log", 10 << 20, 5)};
  if (arguments.foreground) {
    sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  }
  auto logger = std::make_shared<spdlog::logger>("engine", sinks.begin(), sinks.end());
  logger->set_level(spdlog::level::from_str(config.log_level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void prepare_process() {
  ::umask(077);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  // Many threads that do little: few arenas keep the memory small.
  ::mallopt(M_ARENA_MAX, 4);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

std::string program_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

executor::LocalOptions executor_options(const Config& config) {
  executor::LocalOptions options;
  options.home = config.settings.home;
  options.runner_path = program_folder() + "/automl-runner";
  options.engine_endpoint = "unix:" + config.settings.home + "/engine.sock";
  options.cpus = config.cpus.value_or(0);
  options.memory_bytes = config.memory_bytes.value_or(0);
  if (config.gpus) {
    options.gpus.emplace();
    for (int index = 0; index < *config.gpus; ++index) {
      idl::Gpu gpu;
      gpu.index = index;
      gpu.name = "declared";
      options.gpus->push_back(std::move(gpu));
    }
  }
  return options;
}

WantedManifests ask_what_is_wanted(EventLoop& loop) {
  Payload answer =
      loop.call(Inspected{0,
                          [](const StudyManager& manager) -> Payload {
                            return wanted_manifests(manager.state(), manager.storage());
                          }})
          .get();
  if (auto* wanted = std::get_if<WantedManifests>(&answer)) {
    return std::move(*wanted);
  }
  throw std::runtime_error("the engine cannot tell what is wanted");
}

// Everything an engine is made of, from the store to the sockets; returns when it has ended.
void serve(const Arguments& arguments, const Config& config, StopSignals& signals, Daemon& daemon) {
  SystemClock clock;
  SystemRandom random;
  const std::int64_t started_ms = clock.wall_ms();
  const auto storage = storage::open_sqlite(config.settings.home + "/automl.db");
  executor::LocalExecutor executor(executor_options(config));
  Core core(*storage, executor.capabilities(), clock, random, config.settings);
  const LogFiles logs(config.settings.home);
  Archives archives(config.settings.home);
  EventLoop loop(
      core,
      executor,
      clock,
      logs,
      {.poll = std::chrono::milliseconds(config.settings.poll_ms),
       .idle_exit = arguments.on_demand ? config.idle_exit : std::chrono::milliseconds(0),
       .suggestion_deadline = std::chrono::milliseconds(config.settings.suggestion_deadline_ms)});
  ArtifactSweeper sweeper(config.settings.home, [&loop] { return ask_what_is_wanted(loop); });
  loop.on_sweep([&sweeper] { sweeper.wake(); });
  server::Services services{loop,
                            logs,
                            archives,
                            config.settings,
                            started_ms,
                            server::Authorizer(server::own_principal())};
  server::ServerOptions options;
  options.unix_path = config.settings.home + "/engine.sock";
  options.tcp_host = config.listen_host;
  options.tcp_port = config.listen_port;
  const server::ThriftServer thrift_server(services, options);
  signals.on_stop([&loop] { loop.stop(); });
  spdlog::info("automld {} in {}, process {}", version(), config.settings.home, ::getpid());
  if (thrift_server.tcp_port() > 0) {
    spdlog::info(
        "listening on {}:{} besides the socket", config.listen_host, thrift_server.tcp_port());
  }
  const EventLoop::End end = loop.run([&daemon] { daemon.ready(); });
  signals.on_stop([] {});
  spdlog::info("{}", end == EventLoop::End::kIdle ? "ended after being idle" : "stopped");
}

int run(const Arguments& arguments) {
  Daemon daemon;
  bool logging = false;
  const auto end = [&](int exit_code, const std::string& why) {
    if (logging && !arguments.foreground) {
      spdlog::critical(why);
    }
    return daemon.failed(exit_code, why);
  };
  try {
    if (!arguments.foreground) {
      daemon = Daemon::detach();
    }
    prepare_process();
    StopSignals signals;
    const HomeFolder home(arguments.home);
    const Config config = configure(arguments, home);
    start_log(arguments, config);
    logging = true;
    serve(arguments, config, signals, daemon);
    return 0;
  } catch (const HomeInUse& error) {
    return daemon.failed(kBadUsage, error.what());
  } catch (const ConfigError& error) {
    return daemon.failed(kBadUsage, error.what());
  } catch (const storage::Superseded& error) {
    return end(kMustNotGoOn, std::string("another engine has taken over: ") + error.what());
  } catch (const storage::Corruption& error) {
    return end(kMustNotGoOn, std::string("the store must not be used: ") + error.what());
  } catch (const std::exception& error) {
    return end(kTrouble, error.what());
  }
}

}  // namespace

}  // namespace automl::engine

int main(int argc, char** argv) {
  automl::engine::Arguments arguments;
  arguments.home = automl::engine::default_home();
  CLI::App app("The engine of automl: keeps studies and sessions and runs them.", "automld");
  app.add_option("--home", arguments.home, "Folder everything is kept in (default: $AUTOML_HOME)");
  app.add_option("--listen", arguments.listen, "host:port to listen on besides the Unix socket");
  app.add_flag("--foreground", arguments.foreground, "Stay in the foreground, log to stderr too");
  app.add_flag("--on-demand", arguments.on_demand, "End after some time without work and calls");
  app.set_version_flag("--version", std::string(automl::version()));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return automl::engine::run(arguments);
}
