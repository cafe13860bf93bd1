// SPDX-License-Identifier: Apache-2.0
// automl: the command line.
#include <iostream>

#include <CLI/CLI.hpp>
#include <thrift/TOutput.h>

#include "cli/commands.hpp"
#include "cli/nearest_word.hpp"
#include "cli/study_text.hpp"
#include "cli/text.hpp"
#include "idl/version.hpp"

namespace automl::cli {

namespace {

int complain(const std::string& message, int code) {
  std::cerr << "automl: " << shown(message) << "\n";
  return code;
}

std::string no_such_command(const CLI::App& app, const std::string& typed) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  const std::string nearest = nearest_word(typed, names);
  return "there is no command \"" + typed + "\"" +
         (nearest.empty() ? "; automl help shows what there is"
                          : "; did you mean \"" + nearest + "\"?");
}

// Names of the studies, smoke trials left out; none when the engine cannot say.
std::vector<std::string> study_names(Context& context) {
  std::vector<std::string> names;
  idl::EngineClient* client = context.engine().running();
  if (client == nullptr) {
    return names;
  }
  try {
    std::vector<idl::StudyStatus> studies;
    client->list_studies(studies);
    for (const idl::StudyStatus& status : studies) {
      if (!status.study.smoke) {
        names.push_back(status.study.spec.name);
      }
    }
  } catch (const apache::thrift::TException&) {
    // What is not there has been said already.
  }
  return names;
}

// What is not there, such as `there is no session "digitz/8"`, and what was probably meant.
std::string not_there(Context& context, const std::string& message) {
  const auto open = message.find('"');
  const auto close = message.find('"', open + 1);
  if (message.rfind("there is no ", 0) != 0 || close == std::string::npos) {
    return message;
  }
  const std::string name = message.substr(open + 1, close - open - 1);
  const std::string study = name.substr(0, name.find('/'));
  const std::string nearest = nearest_word(study, study_names(context));
  const bool session = message.find("session") < open;
  return message.substr(0, close + 1) +
         (!nearest.empty() && nearest != study
              ? "; did you mean \"" + nearest + name.substr(study.size()) + "\"?"
          : session ? "; automl ps -a lists sessions"
                    : "; automl status lists them");
}

// One line that says what to do, and the exit code.
int run_chosen(Context& context) {
  try {
    return context.chosen();
  } catch (const UsageError& error) {
    return complain(error.what(), kBadUsage);
  } catch (const idl::InvalidRequest& error) {
    print_errors("", error.errors, std::cerr);
    return complain(error.message, kBadUsage);
  } catch (const idl::NotFound& error) {
    return complain(not_there(context, error.message), kBadUsage);
  } catch (const idl::Conflict& error) {
    return complain(error.message, kBadUsage);
  } catch (const idl::Unavailable& error) {
    return complain("the engine cannot work at present: " + error.message, kUnreachable);
  } catch (const idl::PermissionDenied& error) {
    return complain(error.message, kNotAllowed);
  } catch (const idl::Disconnected& error) {
    return complain(error.what(), kUnreachable);
  } catch (const apache::thrift::TException& error) {
    return complain(std::string("the engine's answer cannot be read: ") + error.what(),
                    kUnreachable);
  } catch (const std::exception& error) {
    return complain(error.what(), kBadUsage);
  }
}

void add_help(CLI::App& app, Context& context) {
  static std::string topic;
  CLI::App* help = app.add_subcommand("help", "Show help of a command");
  help->add_option("COMMAND", topic)->type_name("");
  help->footer("Examples:\n  automl help start\n  automl help run");
  help->callback([&] {
    context.chosen = [&app] {
      for (const CLI::App* command : app.get_subcommands({})) {
        if (command->get_name() == topic) {
          std::cout << command->help("automl");
          return kDone;
        }
      }
      if (!topic.empty()) {
        throw UsageError(no_such_command(app, topic));
      }
      std::cout << app.help();
      return kDone;
    };
  });
}

void add_version(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("version", "Show the version");
  command->footer("Examples:\n  automl version\n  automl --version");
  command->callback([&context] {
    context.chosen = [] {
      std::cout << "automl " << version() << "\n";
      return kDone;
    };
  });
}

void add_commands(CLI::App& app, Context& context) {
  for (const auto add :
       {add_start,  add_check,  add_run,        add_ps,     add_why,     add_logs,  add_stop,
        add_pause,  add_resume, add_board,      add_status, add_show,    add_model, add_export,
        add_replay, add_edit,   add_fork,       add_retry,  add_enqueue, add_ask,   add_tell,
        add_report, add_server, add_completion, add_help,   add_version}) {
    add(app, context);
  }
}

// What was wrong with the words that were typed, and where to look.
int complain_usage(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> given = app.get_subcommands();
  const std::vector<std::string> rest = app.remaining(true);
  if (given.empty() && !rest.empty() && rest[0][0] != '-') {
    return complain(no_such_command(app, rest[0]), kBadUsage);
  }
  if (!given.empty() && given[0]->get_name() == "run" && !rest.empty()) {
    return complain("the command goes after --, as in automl run -g 1 -- python3 train.py",
                    kBadUsage);
  }
  const std::string topic = given.empty() ? "" : " " + given[0]->get_name();
  return complain(std::string(error.what()) + "; automl help" + topic + " shows what there is",
                  kBadUsage);
}

int run_program(int argc, char** argv) {
  CLI::App app("Hyperparameter search and training sessions on this machine.", "automl");
  Context context;
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", std::string("automl ") + version(), "Show the version");
  app.set_help_flag("-h,--help", "Show help");
  app.add_option("--server", context.server, "Engine to use: unix:/path or host:port")
      ->type_name("ENDPOINT");
  app.add_flag("-q,--quiet", context.quiet, "Print results only");
  app.footer("automl help COMMAND shows options and examples.");
  app.fallthrough();  // so that --server and -q may also stand after the command
  add_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    return complain_usage(app, error);
  }
  if (!context.chosen) {
    std::cout << app.help();
    return kDone;
  }
  const int code = run_chosen(context);
  if (!std::cout.flush()) {
    return complain("could not write all of the output: disk full?", kFailed);
  }
  return code;
}

}  // namespace

}  // namespace automl::cli

int main(int argc, char** argv) {
  apache::thrift::GlobalOutput.setOutputFunction([](const char*) {});
  return automl::cli::run_program(argc, argv);
}
