// SPDX-License-Identifier: Apache-2.0
// automl: the command line.
#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>
#include <thrift/TOutput.h>

#include "cli/commands.hpp"
#include "cli/study_text.hpp"
#include "cli/text.hpp"
#include "idl/version.hpp"

namespace automl::cli {

Command add_command(CLI::App& app,
                    Context& context,
                    const std::string& name,
                    const std::string& help,
                    const std::string& examples,
                    bool listing) {
  CLI::App* command = app.add_subcommand(name, help);
  command->footer("Examples:\n" + examples);
  if (listing) {
    command->add_flag("--json", context.json, "Print JSON for programs");
  }
  return Command(command);
}

namespace {

int complain(const std::string& message, int code) {
  std::cerr << "automl: " << shown(message) << "\n";
  return code;
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
    return complain(error.message, kBadUsage);
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

int run_program(int argc, char** argv) {
  CLI::App app("Hyperparameter search and training sessions on this machine.", "automl");
  Context context;
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", std::string("automl ") + version());
  app.add_option("--server", context.server, "Engine to use: unix:/path or host:port");
  app.add_flag("-q,--quiet", context.quiet, "Print results only");
  app.footer("automl help COMMAND shows options and examples.");
  for (const auto add : {add_start,
                         add_check,
                         add_run,
                         add_ps,
                         add_why,
                         add_logs,
                         add_stop,
                         add_pause,
                         add_resume,
                         add_board,
                         add_status,
                         add_show,
                         add_export,
                         add_ask,
                         add_tell,
                         add_report,
                         add_server,
                         add_completion}) {
    add(app, context);
  }
  std::string topic;
  CLI::App* help = app.add_subcommand("help", "Show help of a command");
  help->add_option("COMMAND", topic);
  help->callback([&] {
    const CLI::App* command = topic.empty() ? &app : nullptr;
    for (const CLI::App* one : app.get_subcommands({})) {
      command = one->get_name() == topic ? one : command;
    }
    if (command == nullptr) {
      throw CLI::ValidationError("there is no command \"" + topic + "\"");
    }
    std::cout << command->help();
    context.chosen = [] { return kDone; };
  });
  app.fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    return complain(std::string(error.what()) + "; automl help shows what there is", kBadUsage);
  }
  if (!context.chosen) {
    std::cout << app.help();
    return kDone;
  }
  return run_chosen(context);
}

}  // namespace

}  // namespace automl::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  apache::thrift::GlobalOutput.setOutputFunction([](const char*) {});
  return automl::cli::run_program(argc, argv);
}
