// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "cli/command.hpp"
#include "cli/engine_connection.hpp"

namespace automl::cli {

// Exit codes of the study-file reference.
enum ExitCode {
  kDone = 0,
  kFailed = 1,       // the study or session failed
  kBadUsage = 2,     // or a bad study file
  kUnreachable = 3,  // the engine
  kNotAllowed = 4,   // or out of credit
};

// What every command has in common.
struct Context {
  std::string server;  // --server
  bool json = false;
  bool quiet = false;
  std::function<int()> chosen;  // set by the command that was given

  EngineConnection& engine() {
    if (!engine_) {
      engine_ = std::make_unique<EngineConnection>(server);
    }
    return *engine_;
  }

 private:
  std::unique_ptr<EngineConnection> engine_;
};

// The user must change the call; `what` is one line.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each adds its command, with help and two examples, to the program.
void add_start(CLI::App& app, Context& context);
void add_check(CLI::App& app, Context& context);
void add_run(CLI::App& app, Context& context);
void add_ps(CLI::App& app, Context& context);
void add_why(CLI::App& app, Context& context);
void add_logs(CLI::App& app, Context& context);
void add_stop(CLI::App& app, Context& context);
void add_pause(CLI::App& app, Context& context);
void add_resume(CLI::App& app, Context& context);
void add_board(CLI::App& app, Context& context);
void add_status(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_model(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_replay(CLI::App& app, Context& context);
void add_fork(CLI::App& app, Context& context);
void add_retry(CLI::App& app, Context& context);
void add_edit(CLI::App& app, Context& context);
void add_enqueue(CLI::App& app, Context& context);
void add_ask(CLI::App& app, Context& context);
void add_tell(CLI::App& app, Context& context);
void add_report(CLI::App& app, Context& context);
void add_server(CLI::App& app, Context& context);
void add_completion(CLI::App& app, Context& context);

// A command with its examples; `--json` comes along where `listing` is set.
Command add_command(CLI::App& app,
                    Context& context,
                    const std::string& name,
                    const std::string& help,
                    const std::string& examples,
                    bool listing = false);

}  // namespace automl::cli
