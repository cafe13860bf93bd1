// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <unistd.h>

#include "cli/board_text.hpp"
#include "cli/commands.hpp"
#include "cli/repeats_text.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

int board(Context& context, const std::string& study, int limit) {
  idl::Leaderboard rows;
  context.engine().call([&](idl::EngineClient& client) { client.leaderboard(rows, study, limit); });
  if (context.json) {
    std::cout << idl::to_json(rows) << "\n";
    return kDone;
  }
  const Screen screen = Screen::of(STDOUT_FILENO);
  std::cout << board_text(rows, screen);
  std::cout << schedule_text(rows, screen);
  if (rows.__isset.comparison) {
    std::cout << "\n" << wrapped(repeats_text(rows.comparison), screen.width) << "\n";
  }
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
