// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/log_stream.hpp"

namespace automl::cli {

namespace {

// The log of a study is not one log: says what to ask for.
void refuse_study(Context& context, const std::string& subject) {
  try {
    idl::StudyStatus status;
    context.engine().call([&](idl::EngineClient& client) { client.study_status(status, subject); });
  } catch (const idl::NotFound&) {
    return;
  }
  throw UsageError(subject + " is a study; name one of its trials, such as " + subject + "/0");
}

int logs(Context& context, const std::string& subject, bool follow, bool stamps) {
  listen_for_interrupts();
  LogStream log(context.engine(), subject, stamps);
  try {
    log.copy_new();
  } catch (const idl::NotFound&) {
    refuse_study(context, subject);
    throw;
  }
  while (follow && !interrupted()) {
    idl::SessionRow row;
    context.engine().call([&](idl::EngineClient& client) { client.show_session(row, subject); });
    log.copy_new();
    if (row.session.ended_ms != 0) {
      break;
    }
    rest_ms(200);
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
