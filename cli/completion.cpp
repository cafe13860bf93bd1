// SPDX-License-Identifier: Apache-2.0
// completion: scripts for shells, made from the commands there are.
#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/text.hpp"

namespace automl::cli {

namespace {

// What follows the name of a command.
enum class Follows { kFiles, kStudies, kNothing };

Follows follows(const std::string& command) {
  for (const char* name : {"start", "check", "run", "edit"}) {
    if (command == name) {
      return Follows::kFiles;
    }
  }
  for (const char* name : {"help", "version", "server", "completion"}) {
    if (command == name) {
      return Follows::kNothing;
    }
  }
  return Follows::kStudies;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_snames()) {
      names.push_back("-" + name);
    }
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

// Words that may stand after a command beside its options.
std::string words_after(const CLI::App& app, const CLI::App& command) {
  if (command.get_name() == "help") {
    return joined(names_of(app.get_subcommands({})));
  }
  if (command.get_name() == "completion") {
    return "bash zsh";
  }
  if (command.get_name() == "model") {
    return "ls get";
  }
  return joined(names_of(command.get_subcommands({})));
}

std::string bash_script(const CLI::App& app) {
  std::string text =
      "# Completion of automl for bash: source it, or put it into a folder of bash-completion.\n"
      "_automl() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} words= options= files= studies=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"" +
      joined(names_of(app.get_subcommands({}))) + " " + joined(options_of(app)) +
      "\" -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const CLI::App* command : app.get_subcommands({})) {
    text += "    " + command->get_name() + ") options='" + joined(options_of(*command)) + "'";
    const std::string words = words_after(app, *command);
    text += words.empty() ? "" : " words='" + words + "'";
    const Follows what = follows(command->get_name());
    text += what == Follows::kFiles ? " files=yes studies=yes" : "";
    text += what == Follows::kStudies ? " studies=yes" : "";
    text += " ;;\n";
  }
  return text +
         "  esac\n"
         "  case $word in\n"
         "    -*) words=$options studies= files= ;;\n"
         "  esac\n"
         "  [ -n \"$studies\" ] && words=\"$words $(automl completion names 2>/dev/null)\"\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "  [ -n \"$files\" ] && COMPREPLY+=($(compgen -f -- \"$word\"))\n"
         "}\n"
         "complete -o filenames -F _automl automl\n";
}

// For a word in single quotes within _arguments' brackets.
std::string zsh_help(const std::string& help) {
  std::string text;
  for (const char c : help) {
    text += c == '\''                          ? "'\\''"
            : c == '[' || c == ']' || c == ':' ? "\\" + std::string(1, c)
                                               : std::string(1, c);
  }
  return text;
}

std::string zsh_script(const CLI::App& app) {
  std::string text =
      "#compdef automl\n"
      "# Completion of automl for zsh: put it as _automl into a folder of $fpath.\n"
      "_automl_studies() { compadd -- ${(f)\"$(automl completion names 2>/dev/null)\"} }\n"
      "_automl() {\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const CLI::App* command : app.get_subcommands({})) {
    text += "    '" + command->get_name() + ":" + zsh_help(command->get_description()) + "'\n";
  }
  text +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  case $words[2] in\n";
  for (const CLI::App* command : app.get_subcommands({})) {
    text += "    " + command->get_name() + ") _arguments";
    for (const CLI::Option* option : command->get_options()) {
      const std::string help = "[" + zsh_help(option->get_description()) + "]";
      const std::string value = option->get_items_expected_max() > 0 ? ":value:" : "";
      for (const std::string& name : option->get_snames()) {
        text += " '-" + name + help + value + "'";
      }
      for (const std::string& name : option->get_lnames()) {
        text += " '--" + name + help + value + "'";
      }
    }
    const std::string words = words_after(app, *command);
    const Follows what = follows(command->get_name());
    text += words.empty() ? "" : " '2:word:(" + words + ")'";
    text += what == Follows::kFiles ? " '*:file:_files'" : "";
    text += what == Follows::kStudies ? " '*:study:_automl_studies'" : "";
    text += " ;;\n";
  }
  return text +
         "  esac\n"
         "}\n"
         "_automl \"$@\"\n";
}

// One study a line; nothing when no engine runs: completing starts none.
std::string study_names(Context& context) {
  std::string text;
  idl::EngineClient* client = context.engine().running();
  if (client == nullptr) {
    return text;
  }
  std::vector<idl::StudyStatus> studies;
  client->list_studies(studies);
  for (const idl::StudyStatus& status : studies) {
    text += status.study.smoke ? "" : shown(status.study.spec.name) + "\n";
  }
  return text;
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
  command.choice("SHELL", shell, {"bash", "zsh", "names"}, "bash or zsh; names lists the studies")
      .required();
  command.then([&app, &context] {
    context.chosen = [&app, &context] {
      std::cout << (shell == "bash"  ? bash_script(app)
                    : shell == "zsh" ? zsh_script(app)
                                     : study_names(context));
      return kDone;
    };
  });
}

}  // namespace automl::cli
