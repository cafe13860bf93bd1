// SPDX-License-Identifier: Apache-2.0
// stop, pause and resume: what a user tells a study or session to do.
#include <iostream>

#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

int change(Context& context, const std::string& study, idl::StudyAction::type action) {
  idl::StudyStatus status;
  const std::string request = idl::new_request_id();
  context.engine().call(
      [&](idl::EngineClient& client) { client.change_study(status, request, study, action); });
  if (context.json) {
    std::cout << idl::to_json(status) << "\n";
    return kDone;
  }
  if (!context.quiet) {
    std::cout << "study " << shown(study) << " is " << state_word(status.study.state);
    if (status.trials_running > 0 && status.study.state != idl::StudyState::RUNNING) {
      std::cout << "; " << count_text(status.trials_running, "running trial")
                << (action == idl::StudyAction::KILL ? " will end now" : " will finish");
    }
    std::cout << "\n";
  }
  return kDone;
}

// A study by its name; everything with a slash or a number is a session.
bool names_study(const std::string& subject) {
  return subject.find('/') == std::string::npos &&
         subject.find_first_not_of("0123456789") != std::string::npos;
}

int stop(Context& context, const std::string& subject, bool force) {
  if (names_study(subject)) {
    return change(context, subject, force ? idl::StudyAction::KILL : idl::StudyAction::STOP);
  }
  const std::string request = idl::new_request_id();
  context.engine().call(
      [&](idl::EngineClient& client) { client.stop_session(request, subject, force); });
  if (!context.quiet) {
    std::cout << "session " << shown(subject) << (force ? " is killed\n" : " is asked to end\n");
  }
  return kDone;
}

int pause_or_resume(Context& context, const std::string& subject, bool pause) {
  if (names_study(subject)) {
    return change(context, subject, pause ? idl::StudyAction::PAUSE : idl::StudyAction::RESUME);
  }
  const std::string request = idl::new_request_id();
  const auto action = pause ? idl::SessionAction::PAUSE : idl::SessionAction::RESUME;
  context.engine().call(
      [&](idl::EngineClient& client) { client.change_session(request, subject, action); });
  if (!context.quiet) {
    std::cout << "session " << shown(subject)
              << (pause ? " is asked to save and pause\n" : " is queued again\n");
  }
  return kDone;
}

}  // namespace

void add_stop(CLI::App& app, Context& context) {
  static std::string subject;
  static bool force = false;
  Command command = add_command(app,
                                context,
                                "stop",
                                "Stop a study (running trials finish) or a session",
                                "  automl stop digits       no new trials; running ones finish\n"
                                "  automl stop -f digits    running ones are ended as well\n"
                                "  automl stop digits/8     end one trial's session",
                                true);
  command.option("SUBJECT", subject, "A study, a session, or STUDY/TRIAL").required();
  command.flag("-f,--force", force, "End running programs now");
  command.then(
      [&context] { context.chosen = [&context] { return stop(context, subject, force); }; });
}

void add_pause(CLI::App& app, Context& context) {
  static std::string subject;
  Command command =
      add_command(app,
                  context,
                  "pause",
                  "Start no new trials of a study, or have a session give up its slot",
                  "  automl pause digits      running trials finish\n"
                  "  automl pause digits/8    one trial; automl resume goes on",
                  true);
  command.option("SUBJECT", subject, "A study, a session, or STUDY/TRIAL").required();
  command.then([&context] {
    context.chosen = [&context] { return pause_or_resume(context, subject, true); };
  });
}

void add_resume(CLI::App& app, Context& context) {
  static std::string subject;
  Command command = add_command(app,
                                context,
                                "resume",
                                "Go on with a paused or stopped study, or a paused session",
                                "  automl resume digits\n"
                                "  automl resume digits/8   one trial that was paused",
                                true);
  command.option("SUBJECT", subject, "A study, a session, or STUDY/TRIAL").required();
  command.then([&context] {
    context.chosen = [&context] { return pause_or_resume(context, subject, false); };
  });
}

}  // namespace automl::cli
