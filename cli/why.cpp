// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

int why(Context& context, const std::string& subject) {
  std::vector<idl::Blockage> blocks;
  context.engine().call([&](idl::EngineClient& client) { client.why(blocks, subject); });
  if (context.json) {
    std::cout << idl::to_json(blocks) << "\n";
    return kDone;
  }
  if (blocks.empty()) {
    std::cout << "nothing waits\n";
    return kDone;
  }
  Table table;
  table.add_column("WHAT").may_shrink(12);
  table.add_column("RULE");
  table.add_column("BECAUSE").may_shrink(20);
  for (const idl::Blockage& block : blocks) {
    table.add_row({shown(block.subject), shown(block.rule), shown(block.detail)});
  }
  std::cout << table.text(Screen::of(STDOUT_FILENO).width);
  return kDone;
}

}  // namespace

void add_why(CLI::App& app, Context& context) {
  static std::string subject;
  Command command = add_command(app,
                                context,
                                "why",
                                "Say which rule keeps something waiting",
                                "  automl why              everything that waits\n"
                                "  automl why digits       a study and its waiting trials",
                                true);
  command.option("SUBJECT", subject, "A study, a session, or STUDY/TRIAL");
  command.then([&context] { context.chosen = [&context] { return why(context, subject); }; });
}

}  // namespace automl::cli
