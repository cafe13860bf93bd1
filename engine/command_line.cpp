// SPDX-License-Identifier: Apache-2.0
#include "engine/command_line.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "engine/parameter_value.hpp"
#include "engine/shell_words.hpp"

namespace automl::engine {

namespace {

using Values = std::unordered_map<std::string, std::string>;

// Words a shell treats as its own where a command may start.
constexpr std::array<std::string_view, 14> kReserved = {"if",
                                                        "then",
                                                        "else",
                                                        "elif",
                                                        "fi",
                                                        "for",
                                                        "while",
                                                        "until",
                                                        "do",
                                                        "done",
                                                        "case",
                                                        "esac",
                                                        "in",
                                                        "function"};

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_./:@%+,-").find(c) != std::string_view::npos;
}

std::string single_quoted_inside(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result;
}

std::string bare(const std::string& text) {
  return is_plain_word(text) ? text : "'" + single_quoted_inside(text) + "'";
}

std::string double_quoted_inside(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("\\\"$`").find(c) != std::string_view::npos) {
      result += '\\';
    }
    result += c;
  }
  return result;
}

std::string plain_only(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !is_plain(c); }, '_');
  return text;
}

std::string all_arguments(const std::vector<idl::Assignment>& configuration, bool plain) {
  std::string arguments;
  for (const idl::Assignment& assignment : configuration) {
    const std::string value = to_text(assignment.value);
    arguments += arguments.empty() ? "--" : " --";
    arguments += assignment.parameter + "=";
    // `--name=` in front keeps an empty value together.
    arguments += plain ? plain_only(value) : (value.empty() ? "" : bare(value));
  }
  return arguments;
}

std::string placed(const PlacedReference& place, const std::string& text) {
  switch (place.quoting) {
    case Quoting::kSingle:
      return single_quoted_inside(text);
    case Quoting::kDouble:
      return double_quoted_inside(text);
    case Quoting::kBare:
      break;
  }
  return bare(text);
}

std::string replacement(const PlacedReference& place,
                        const std::vector<idl::Assignment>& configuration,
                        const Values& values) {
  if (place.name == "args") {
    const std::string arguments = all_arguments(configuration, place.plain_only);
    const bool as_words = place.plain_only || place.quoting == Quoting::kBare;
    return as_words ? arguments : placed(place, arguments);
  }
  const auto found = values.find(place.name);
  if (found == values.end()) {
    return "";
  }
  return place.plain_only ? plain_only(found->second) : placed(place, found->second);
}

struct Cut {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// What goes away because of references to inactive parameters, in order, without overlaps.
std::vector<Cut> cuts(const std::string& command, const ShellWords& shell, const Values& values) {
  std::vector<Cut> result;
  for (const PlacedReference& place : shell.references) {
    if (place.name == "args" || values.count(place.name) != 0 || place.word == kNoWord) {
      continue;
    }
    const Word& word = shell.words[place.word];
    const std::string_view text =
        std::string_view(command).substr(word.begin, word.end - word.begin);
    if (text.find_first_of(" \t\n") != std::string_view::npos) {
      continue;
    }
    Cut cut{word.begin, word.end};
    if (place.begin == word.begin && place.end == word.end && place.word > 0) {
      const Word& before = shell.words[place.word - 1];
      const std::string_view option =
          std::string_view(command).substr(before.begin, before.end - before.begin);
      const std::string_view between =
          std::string_view(command).substr(before.end, word.begin - before.end);
      if (option.size() > 1 && option[0] == '-' && option.find_first_of("=$'\"") == option.npos &&
          between.find_first_not_of(" \t") == between.npos) {
        cut.begin = before.begin;
      }
    }
    if (result.empty() || result.back().end <= cut.begin) {
      result.push_back(cut);
    }
  }
  return result;
}

nlohmann::json to_json(const idl::Value& value) {
  if (value.__isset.text) {
    return value.text;
  }
  if (value.__isset.flag) {
    return value.flag;
  }
  if (value.__isset.integer) {
    return value.integer;
  }
  return value.real;
}

std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::vector<CommandReference> command_references(const std::string& command) {
  std::vector<CommandReference> references;
  for (const PlacedReference& place : read_shell_words(command).references) {
    references.push_back({place.name, place.begin, place.plain_only});
  }
  return references;
}

bool is_plain_word(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_plain) &&
         std::find(kReserved.begin(), kReserved.end(), text) == kReserved.end();
}

std::string fill_command(const std::string& command,
                         const std::vector<idl::Assignment>& configuration) {
  Values values;
  for (const idl::Assignment& assignment : configuration) {
    values[assignment.parameter] = to_text(assignment.value);
  }
  const ShellWords shell = read_shell_words(command);
  const std::vector<Cut> removed = cuts(command, shell, values);
  std::string result;
  std::size_t at = 0;
  auto cut = removed.begin();
  const auto copy_until = [&](std::size_t end) {
    while (cut != removed.end() && cut->begin <= end) {
      if (cut->begin > at) {
        result.append(command, at, cut->begin - at);
      }
      at = std::max(at, cut->end);
      ++cut;
    }
    if (end > at) {
      result.append(command, at, end - at);
    }
  };
  for (const PlacedReference& place : shell.references) {
    copy_until(place.begin);
    if (at <= place.begin) {
      result += replacement(place, configuration, values);
      at = place.end;
    }
  }
  copy_until(command.size());
  return result;
}

std::string params_json(const std::vector<idl::Assignment>& configuration) {
  std::string object = "{";
  for (const idl::Assignment& assignment : configuration) {
    object += (object.size() > 1 ? ", " : "") + json_text(assignment.parameter) + ": " +
              json_text(to_json(assignment.value));
  }
  return object + "}";
}

}  // namespace automl::engine
