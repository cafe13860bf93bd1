// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace automl::cli {

Command& Command::flag(const std::string& names, bool& target, const std::string& help) {
  app_->add_flag(names, target, help);
  return *this;
}

Command& Command::option(const std::string& names, std::string& target, const std::string& help) {
  CLI::Option* option = app_->add_option(names, target, help);
  if (names[0] != '-') {
    option->type_name("");
  }
  return *this;
}

Command& Command::option(const std::string& names,
                         int& target,
                         std::pair<int, int> range,
                         const std::string& help) {
  // Without the range in the help: it is only there to catch slips.
  app_->add_option(names, target, help)
      ->type_name("N")
      ->check(CLI::Range(range.first, range.second).description(""));
  return *this;
}

Command& Command::choice(const std::string& names,
                         std::string& target,
                         const std::vector<std::string>& words,
                         const std::string& help) {
  app_->add_option(names, target, help)->type_name("")->check(CLI::IsMember(words).description(""));
  return *this;
}

Command& Command::list(const std::string& names,
                       std::vector<std::string>& target,
                       const std::string& help) {
  CLI::Option* option = app_->add_option(names, target, help);
  if (names[0] == '-') {
    option->allow_extra_args(false);
  } else {
    option->type_name("");
  }
  return *this;
}

Command& Command::required() {
  app_->get_options().back()->required();
  return *this;
}

Command& Command::takes(const std::string& what) {
  app_->get_options().back()->type_name(what);
  return *this;
}

void Command::then(std::function<void()> chosen) { app_->callback(std::move(chosen)); }

Command Command::below(const std::string& name, const std::string& help) {
  app_->require_subcommand(1);
  CLI::App* one = app_->add_subcommand(name, help);
  one->fallthrough();
  return Command(one);
}

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

}  // namespace automl::cli
