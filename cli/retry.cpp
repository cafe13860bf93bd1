// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

int retry(Context& context, const std::string& study, bool failed) {
  if (!failed) {
    throw UsageError("say what to retry: automl retry " + shown(study) + " --failed");
  }
  idl::StudyStatus status;
  const std::string request = idl::new_request_id();
  context.engine().call(
      [&](idl::EngineClient& client) { client.retry_failed(status, request, study); });
  if (context.json) {
    std::cout << idl::to_json(status) << "\n";
  } else if (!context.quiet) {
    const std::size_t waiting = status.study.enqueued.size();
    std::cout << "study " << shown(study) << " goes on; " << waiting
              << (waiting == 1 ? " configuration is" : " configurations are") << " to be tried\n";
  }
  return kDone;
}

}  // namespace

void add_retry(CLI::App& app, Context& context) {
  static std::string study;
  static bool failed = false;
  Command command =
      add_command(app,
                  context,
                  "retry",
                  "Try the configurations of failed trials again",
                  "  automl retry digits --failed     as new trials, beyond its budget",
                  true);
  command.option("STUDY", study, "The study; one that has ended goes on").required();
  command.flag("--failed", failed, "All trials that have failed since the last retry");
  command.then(
      [&context] { context.chosen = [&context] { return retry(context, study, failed); }; });
}

}  // namespace automl::cli
