// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include "cli/commands.hpp"
#include "cli/live_view.hpp"
#include "cli/log_stream.hpp"

namespace automl::cli {

namespace {

int logs(Context& context, const std::string& subject, bool follow, bool stamps) {
  interrupted();
  LogStream log(context.engine(), subject, stamps);
  log.copy_new();
  while (follow && !interrupted()) {
    idl::SessionRow row;
    context.engine().call([&](idl::EngineClient& client) { client.show_session(row, subject); });
    log.copy_new();
    if (row.session.ended_ms != 0) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  log.copy_rest();
  return kDone;
}

}  // namespace

void add_logs(CLI::App& app, Context& context) {
  static std::string subject;
  static bool follow = false;
  static bool stamps = false;
  Command command = add_command(app,
                                context,
                                "logs",
                                "Print what a session wrote",
                                "  automl logs digits/8            of trial 8 of study digits\n"
                                "  automl logs -f ada/digits/41    of a session, as it comes");
  command.option("SESSION", subject, "A session, or STUDY/TRIAL").required();
  command.flag("-f,--follow", follow, "Go on until the session ends");
  command.flag("--timestamps", stamps, "With the time and stream of each line");
  command.then([&context] {
    context.chosen = [&context] { return logs(context, subject, follow, stamps); };
  });
}

}  // namespace automl::cli
