// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <map>

#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

// NAME=VALUE, each name once. What the values mean, the study's space decides.
std::map<std::string, std::string> read_values(const std::vector<std::string>& assignments) {
  std::map<std::string, std::string> values;
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == assignment.size()) {
      throw UsageError("expected NAME=VALUE, got \"" + assignment + "\"");
    }
    const std::string name = assignment.substr(0, equals);
    if (!values.emplace(name, assignment.substr(equals + 1)).second) {
      throw UsageError("\"" + name + "\" is given twice");
    }
  }
  return values;
}

int enqueue(Context& context,
            const std::string& study,
            const std::vector<std::string>& assignments) {
  const std::map<std::string, std::string> values = read_values(assignments);
  idl::StudyStatus status;
  const std::string request = idl::new_request_id();
  context.engine().call(
      [&](idl::EngineClient& client) { client.enqueue(status, request, study, values); });
  if (context.json) {
    std::cout << idl::to_json(status) << "\n";
  } else if (!context.quiet) {
    std::string words;
    for (const std::string& assignment : assignments) {
      words += " " + assignment;
    }
    std::cout << "study " << shown(study) << " tries this next:" << shown(words) << "\n";
  }
  return kDone;
}

}  // namespace

void add_enqueue(CLI::App& app, Context& context) {
  static std::string study;
  static std::vector<std::string> assignments;
  Command command = add_command(app,
                                context,
                                "enqueue",
                                "Have a study try a configuration of yours next",
                                "  automl enqueue digits lr=0.1 depth=3\n"
                                "  automl enqueue digits optimizer=adam     the rest: defaults",
                                true);
  command.option("STUDY", study, "The study").required();
  command.list("NAME=VALUE", assignments, "Values of parameters; others take their defaults")
      .required();
  command.then(
      [&context] { context.chosen = [&context] { return enqueue(context, study, assignments); }; });
}

}  // namespace automl::cli
