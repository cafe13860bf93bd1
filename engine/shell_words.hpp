// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace automl::engine {

// How text must be written to stand for itself at some place of a shell command.
enum class Quoting { kBare, kSingle, kDouble };

inline constexpr std::size_t kNoWord = static_cast<std::size_t>(-1);

// One `${name}` of a command, with the shell's view of the place where it stands.
struct PlacedReference {
  std::string name;
  std::size_t begin = 0;  // of "${name}"; [begin, end)
  std::size_t end = 0;
  Quoting quoting = Quoting::kBare;
  // The rules of this place are too intricate to quote for: only plain words may stand here.
  bool plain_only = false;
  std::size_t word = 0;  // index into ShellWords::words, or kNoWord
};

struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// A command as the shell will cut it up: its outermost words and the references in them.
struct ShellWords {
  std::vector<Word> words;
  std::vector<PlacedReference> references;
};

// Follows POSIX quoting ('…', "…", \x, $(…), (…)). `${…}` is a reference when what stands between
// the braces is a name; other forms belong to the shell. Linear time, any text.
ShellWords read_shell_words(const std::string& command);

}  // namespace automl::engine
