// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/command_check.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "engine/command_line.hpp"
#include "engine/parameter_value.hpp"
#include "engine/shell_words.hpp"

namespace automl::engine::study_file {

namespace {

constexpr std::size_t kLongestCommand = 65'536;

bool all_plain(const idl::Parameter& parameter) {
  return std::all_of(
      parameter.choices.begin(), parameter.choices.end(), [](const idl::Value& choice) {
        return !choice.__isset.text || is_plain_word(choice.text);
      });
}

void check_reference(const CommandReference& reference,
                     Position at,
                     const SpaceReader& space,
                     Complaints& complaints) {
  const std::string shown = "command: ${" + reference.name.substr(0, 64) + "}";
  const bool all = reference.name == "args";
  if (!all && !space.knows(reference.name)) {
    const std::string hint = space.hint(reference.name);
    complaints.add(at,
                   shown + " names no parameter" +
                       (hint.empty() ? "; write $" + reference.name.substr(0, 64) +
                                           " if the shell is to fill it in"
                                     : hint));
    return;
  }
  if (!reference.plain_only) {
    return;
  }
  for (const idl::Parameter& parameter : space.parameters()) {
    if ((all || parameter.name == reference.name) && !all_plain(parameter)) {
      complaints.add(at,
                     shown + " stands where the values of \"" + parameter.name +
                         "\" cannot be quoted safely (`…`, $((…)), a here-document, a comment or "
                         "case); move it out, or read AUTOML_PARAMS in the program");
      return;
    }
  }
}

// A word like train.py or ./run.sh that lies beside the study file but not where trials run.
void check_files(const Node& command, const std::string& directory, Complaints& complaints) {
  for (const Word& word : read_shell_words(command.text).words) {
    const std::string text = command.text.substr(word.begin, word.end - word.begin);
    const bool file_like = text.size() <= 255 && text[0] != '/' && text[0] != '-' &&
                           text.find_first_of("./") != std::string::npos &&
                           text.find_first_of("$'\"\\*?`~=") == std::string::npos;
    std::error_code ignored;
    if (file_like &&
        std::filesystem::is_regular_file(std::filesystem::path(directory) / text, ignored)) {
      complaints.add(command.at,
                     "command names " + text +
                         ", which lies beside this file, but trials start in an empty folder; add "
                         "code: .");
      return;
    }
  }
}

}  // namespace

void check_command(const Node& command,
                   const SpaceReader& space,
                   const std::string& directory,
                   Complaints& complaints) {
  if (command.text.size() > kLongestCommand) {
    complaints.add(command.at, "command is longer than 65536 characters; put it into a script");
    return;
  }
  std::set<std::string> seen;
  for (const CommandReference& reference : command_references(command.text)) {
    if (seen.insert(reference.name + (reference.plain_only ? "`" : "")).second) {
      check_reference(reference, command.at, space, complaints);
    }
  }
  if (!directory.empty()) {
    check_files(command, directory, complaints);
  }
}

}  // namespace automl::engine::study_file
