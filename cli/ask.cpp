// SPDX-License-Identifier: Apache-2.0
// ask and tell: drive a study without a command from outside.
#include <charconv>
#include <iostream>
#include <string>
#include <vector>

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

double number_in(const std::string& text, const std::string& word) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || parsed != end) {
    throw UsageError("expected a number or METRIC=NUMBER, got \"" + word +
                     "\"; --failed tells a failure");
  }
  return number;
}

idl::Outcome outcome_of(const std::vector<std::string>& words) {
  idl::Outcome outcome;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos && outcome.__isset.value) {
      throw UsageError("several values need their metrics' names: METRIC=NUMBER for each");
    }
    if (equals == std::string::npos) {
      outcome.__set_value(number_in(word, word));
    } else if (!outcome.metrics
                    .emplace(word.substr(0, equals), number_in(word.substr(equals + 1), word))
                    .second) {
      throw UsageError(word.substr(0, equals) + " is told twice");
    }
  }
  if (words.empty()) {
    throw UsageError("expected the objective's value, or METRIC=NUMBER for each metric");
  }
  return outcome;
}

int tell(Context& context,
         const std::string& subject,
         const std::vector<std::string>& words,
         bool failed) {
  const TrialName name = parse_trial_name(subject);
  idl::Outcome outcome;
  if (failed) {
    for (const std::string& word : words) {
      outcome.failure += (outcome.failure.empty() ? "" : " ") + word;
    }
    outcome.failure = outcome.failure.empty() ? "told as failed" : outcome.failure;
  } else {
    outcome = outcome_of(words);
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
  static std::vector<std::string> words;
  static bool failed = false;
  Command command = add_command(app,
                                context,
                                "tell",
                                "Report the outcome of a trial that was asked for",
                                "  automl tell tuning/3 0.9861\n"
                                "  automl tell tuning/3 accuracy=0.9861 latency_ms=12\n"
                                "  automl tell tuning/4 --failed 'out of memory'");
  command.option("TRIAL", subject, "STUDY/TRIAL").required();
  command.list("VALUE|METRIC=NUMBER",
               words,
               "The objective's value, or every metric the study needs; with --failed the reason");
  command.flag("--failed", failed, "The trial failed");
  command.then([&context] {
    context.chosen = [&context] { return tell(context, subject, words, failed); };
  });
}

}  // namespace automl::cli
