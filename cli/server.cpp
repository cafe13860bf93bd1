// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

int start_server(Context& context) {
  EngineConnection& engine = context.engine();
  if (engine.running() == nullptr) {
    engine.start_engine(false);
  }
  idl::EngineInfo info;
  engine.call([&](idl::EngineClient& client) { client.engine_info(info); });
  if (!context.quiet) {
    std::cout << "engine runs, process " << info.pid << ", in " << shown(info.home) << "\n";
  }
  return kDone;
}

int stop_server(Context& context) {
  idl::EngineClient* client = context.engine().running();
  if (client == nullptr) {
    std::cout << "no engine runs\n";
    return kDone;
  }
  idl::EngineInfo info;
  client->engine_info(info);
  client->shutdown(idl::new_request_id());
  for (int i = 0; i < 200 && kill(static_cast<pid_t>(info.pid), 0) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  if (!context.quiet) {
    std::cout << "engine stopped; running sessions go on and wait for the next one\n";
  }
  return kDone;
}

int server_status(Context& context) {
  idl::EngineClient* client = context.engine().running();
  if (client == nullptr) {
    if (context.json) {
      std::cout << "{\"running\":false}\n";
    } else {
      std::cout << "no engine runs in " << context.engine().home()
                << "; automl server start, or any command, starts one\n";
    }
    return kUnreachable;
  }
  idl::EngineInfo info;
  client->engine_info(info);
  if (context.json) {
    std::cout << idl::to_json(info) << "\n";
  } else {
    std::cout << "engine " << shown(info.version) << " runs since " << local_time(info.started_ms)
              << ", process " << info.pid << (info.on_demand ? ", ends when idle" : "") << "\nhome "
              << shown(info.home) << "\n";
  }
  return kDone;
}

}  // namespace

void add_server(CLI::App& app, Context& context) {
  Command command = add_command(app,
                                context,
                                "server",
                                "Start, stop or look at the engine",
                                "  automl server start     stays until it is stopped\n"
                                "  automl server status --json",
                                true);
  const std::pair<const char*, int (*)(Context&)> actions[] = {
      {"Start the engine; it stays until it is stopped", start_server},
      {"Stop the engine; sessions go on and wait for the next one", stop_server},
      {"Say whether an engine runs, and which", server_status}};
  const char* names[] = {"start", "stop", "status"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    const auto& [help, action] = actions[i];
    command.below(names[i], help).then([&context, act = action] {
      context.chosen = [&context, act] { return act(context); };
    });
  }
}

}  // namespace automl::cli
