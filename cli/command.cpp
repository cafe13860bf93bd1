// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"

#include <CLI/CLI.hpp>

namespace automl::cli {

Command& Command::flag(const std::string& names, bool& target, const std::string& help) {
  app_->add_flag(names, target, help);
  return *this;
}

Command& Command::option(const std::string& names, std::string& target, const std::string& help) {
  app_->add_option(names, target, help);
  return *this;
}

Command& Command::option(const std::string& names,
                         int& target,
                         std::pair<int, int> range,
                         const std::string& help) {
  app_->add_option(names, target, help)->check(CLI::Range(range.first, range.second));
  return *this;
}

Command& Command::choice(const std::string& names,
                         std::string& target,
                         const std::vector<std::string>& words,
                         const std::string& help) {
  app_->add_option(names, target, help)->check(CLI::IsMember(words));
  return *this;
}

Command& Command::list(const std::string& names,
                       std::vector<std::string>& target,
                       const std::string& help) {
  CLI::Option* option = app_->add_option(names, target, help);
  if (names[0] == '-') {
    option->allow_extra_args(false);
  }
  return *this;
}

Command& Command::required() {
  const std::vector<CLI::Option*> options = app_->get_options();
  options.back()->required();
  return *this;
}

void Command::then(std::function<void()> chosen) { app_->callback(std::move(chosen)); }

Command Command::below(const std::string& name, const std::string& help) {
  app_->require_subcommand(1);
  CLI::App* one = app_->add_subcommand(name, help);
  one->fallthrough();
  return Command(one);
}

}  // namespace automl::cli
