// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "cli/commands.hpp"

namespace automl::cli {

namespace {

constexpr const char* kWords =
    "start check run ps why logs stop pause resume board status show export ask tell report server "
    "completion help";

int completion(const std::string& shell) {
  const std::string words = kWords;
  if (shell == "bash") {
    std::cout << "_automl() {\n"
                 "  local word=${COMP_WORDS[COMP_CWORD]}\n"
                 "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
                 "    COMPREPLY=($(compgen -W \""
              << words
              << "\" -- \"$word\"))\n"
                 "  else\n"
                 "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
                 "  fi\n"
                 "}\n"
                 "complete -o filenames -F _automl automl\n";
  } else {
    std::cout << "#compdef automl\n"
                 "_arguments '1:command:("
              << words << ")' '*:file:_files'\n";
  }
  return kDone;
}

}  // namespace

void add_completion(CLI::App& app, Context& context) {
  static std::string shell;
  Command command = add_command(app,
                                context,
                                "completion",
                                "Print completion for a shell",
                                "  source <(automl completion bash)\n"
                                "  automl completion zsh > ~/.zfunc/_automl");
  command.choice("SHELL", shell, {"bash", "zsh"}, "bash or zsh").required();
  command.then([&context] { context.chosen = [] { return completion(shell); }; });
}

}  // namespace automl::cli
