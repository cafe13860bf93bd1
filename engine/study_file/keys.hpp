// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace automl::engine::study_file {

enum class Type {
  kText,      // any scalar
  kName,      // [a-z0-9-]
  kPath,      // must exist
  kInteger,   // between low and high
  kNumber,    // finite; between low and high if these differ
  kSize,      // bytes, between low and high
  kDuration,  // seconds, between low and high
  kWord,      // one of `words`
  kBoolean,
  kSection,  // a mapping whose keys are in the table, too
  kOther,    // has a reader of its own; `range` says what it takes
};

// One key of the study file. The one table of keys, `keys()`, drives the parser, its errors,
// `automl check --explain`, the reference in docs/study-file.md and the JSON schema for editors.
struct Key {
  // Dotted path; `*` stands for a name of the user's: `space.*.log`.
  std::string_view name;
  Type type = Type::kOther;
  // What is in force when the key is absent, as one would write it; empty: nothing.
  std::string_view default_text = {};
  // What it takes, for people; for kWord the words, with commas.
  std::string_view range = {};
  std::string_view help = {};
  double low = 0;
  double high = 0;
  bool required = false;
  // Planned, and refused until then: a study must not run without what its file asks for.
  bool later = false;
  // Values other than this one are for later; empty: all values work.
  std::string_view only_value = {};
  // kSection: a list of such sections, too; read by a reader of its own.
  bool or_list = false;
};

const std::vector<Key>& keys();

// Null when there is none. `name` may contain `*`.
const Key* find_key(std::string_view name);

// Last parts of the names of the keys directly inside `section` (empty: the top level).
std::vector<std::string> keys_inside(std::string_view section);

// The words of a kWord key.
std::vector<std::string> words_of(const Key& key);

}  // namespace automl::engine::study_file
