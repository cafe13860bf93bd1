// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace automl::cli {

// The options and arguments of one command, as CLI11 reads them; that header is slow to compile and
// stays in command.cpp. A name with dashes is an option ("-n,--limit"), one without an argument.
// All targets must outlive the parsing.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  Command& flag(const std::string& names, bool& target, const std::string& help);
  Command& option(const std::string& names, std::string& target, const std::string& help);
  Command& option(const std::string& names,
                  int& target,
                  std::pair<int, int> range,
                  const std::string& help);
  Command& choice(const std::string& names,
                  std::string& target,
                  const std::vector<std::string>& words,
                  const std::string& help);
  // May be given several times; as an argument it takes all that follow.
  Command& list(const std::string& names,
                std::vector<std::string>& target,
                const std::string& help);
  // The last one added must be given.
  Command& required();
  // What the help calls the value of the last one added, such as SIZE.
  Command& takes(const std::string& what);
  // Run when this command is the one that was given.
  void then(std::function<void()> chosen);
  // A command below this one; one of them must be given.
  Command below(const std::string& name, const std::string& help);

 private:
  CLI::App* app_;
};

}  // namespace automl::cli
