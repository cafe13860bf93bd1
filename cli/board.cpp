// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <unistd.h>

#include "cli/board_text.hpp"
#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

int board(Context& context, const std::string& study, int limit) {
  idl::Leaderboard rows;
  context.engine().call([&](idl::EngineClient& client) { client.leaderboard(rows, study, limit); });
  std::cout << (context.json ? idl::to_json(rows) + "\n"
                             : board_text(rows, Screen::of(STDOUT_FILENO)));
  return kDone;
}

}  // namespace

void add_board(CLI::App& app, Context& context) {
  static std::string study;
  static int limit = 20;
  Command command = add_command(app,
                                context,
                                "board",
                                "Show a study's leaderboard",
                                "  automl board digits\n"
                                "  automl board digits -n 5 --json",
                                true);
  command.option("STUDY", study, "The study").required();
  command.option("-n,--limit", limit, {1, 1'000}, "At most this many rows");
  command.then(
      [&context] { context.chosen = [&context] { return board(context, study, limit); }; });
}

}  // namespace automl::cli
