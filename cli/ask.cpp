// SPDX-License-Identifier: Apache-2.0
// ask and tell: drive a study without a command from outside.
#include <charconv>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/text.hpp"
#include "cli/trial_name.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

int ask(Context& context, const std::string& study, int count) {
  std::vector<idl::Trial> trials;
  const std::string request = idl::new_request_id();
  context.engine().call(
      [&](idl::EngineClient& client) { client.ask(trials, request, study, count); });
  if (context.json) {
    std::cout << idl::to_json(trials) << "\n";
    return kDone;
  }
  for (const idl::Trial& trial : trials) {
    std::cout << shown(study) << "/" << trial.number << "  "
              << configuration_text(trial.configuration) << "\n";
  }
  return kDone;
}

int tell(Context& context, const std::string& subject, const std::string& value, bool failed) {
  const TrialName name = parse_trial_name(subject);
  idl::Outcome outcome;
  if (failed) {
    outcome.failure = value.empty() ? "told as failed" : value;
  } else {
    double number = 0;
    const char* end = value.data() + value.size();
    const auto [parsed, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || parsed != end) {
      throw UsageError("expected a number, got \"" + value + "\"; --failed tells a failure");
    }
    outcome.__set_value(number);
  }
  const std::string request = idl::new_request_id();
  context.engine().call(
      [&](idl::EngineClient& client) { client.tell(request, name.study, name.number, outcome); });
  return kDone;
}

}  // namespace

void add_ask(CLI::App& app, Context& context) {
  static std::string study;
  static int count = 1;
  Command command = add_command(app,
                                context,
                                "ask",
                                "Get trials of a study that has no command",
                                "  automl ask tuning\n"
                                "  automl ask tuning -n 8 --json",
                                true);
  command.option("STUDY", study, "The study").required();
  command.option("-n,--count", count, {1, 1'000}, "How many");
  command.then([&context] { context.chosen = [&context] { return ask(context, study, count); }; });
}

void add_tell(CLI::App& app, Context& context) {
  static std::string subject;
  static std::string value;
  static bool failed = false;
  Command command = add_command(app,
                                context,
                                "tell",
                                "Report the outcome of a trial that was asked for",
                                "  automl tell tuning/3 0.9861\n"
                                "  automl tell tuning/4 --failed 'out of memory'");
  command.option("TRIAL", subject, "STUDY/TRIAL").required();
  command.option("VALUE", value, "The objective's value; with --failed the reason");
  command.flag("--failed", failed, "The trial failed");
  command.then([&context] {
    context.chosen = [&context] { return tell(context, subject, value, failed); };
  });
}

}  // namespace automl::cli
