// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <limits>

#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

int fork(Context& context, const std::string& session, int checkpoint) {
  idl::SubmitSessionReply reply;
  const std::string request = idl::new_request_id();
  context.engine().call(
      [&](idl::EngineClient& client) { client.fork_session(reply, request, session, checkpoint); });
  if (context.json) {
    std::cout << idl::to_json(reply.session) << "\n";
    return kDone;
  }
  const idl::Checkpoint& from = reply.session.restore;
  std::cout << shown(reply.session.name) << "\n";
  if (!context.quiet) {
    std::cerr << "starts from checkpoint " << from.number << " of " << shown(session)
              << (from.step < 0 ? "" : " (step " + std::to_string(from.step) + ")")
              << "; automl logs -f " << shown(reply.session.name) << " shows it\n";
  }
  return kDone;
}

}  // namespace

void add_fork(CLI::App& app, Context& context) {
  static std::string session;
  static int checkpoint = 0;
  Command command = add_command(
      app,
      context,
      "fork",
      "Start a session from what another one has saved",
      "  automl fork digits/8        a plain session from the newest checkpoint of a trial\n"
      "  automl fork digits/8 3      from checkpoint 3; automl model ls lists them",
      true);
  command.option("SESSION", session, "A session or STUDY/TRIAL").required();
  command.option("CHECKPOINT",
                 checkpoint,
                 {1, std::numeric_limits<int>::max()},
                 "Its number; otherwise the newest");
  command.then(
      [&context] { context.chosen = [&context] { return fork(context, session, checkpoint); }; });
}

}  // namespace automl::cli
