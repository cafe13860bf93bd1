// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/section.hpp"

#include <cmath>
#include <utility>

#include "engine/study_file/nearest_name.hpp"
#include "engine/study_file/quantities.hpp"

namespace automl::engine::study_file {

namespace {

std::string joined(const std::string& section, const std::string& key) {
  return section.empty() ? key : section + "." + key;
}

std::optional<std::int64_t> whole(Type type, const std::string& word) {
  switch (type) {
    case Type::kSize:
      return to_bytes(word);
    case Type::kDuration:
      return to_seconds(word);
    default:
      return to_integer(word);
  }
}

std::string takes(const Key& key) {
  return (key.type == Type::kInteger ? "a whole number from " : "") + std::string(key.range);
}

// A range of the table's is kept to; without one any number will do.
std::string number_objection(const Key& key, const Node& value) {
  const std::optional<double> number = value.quoted ? std::nullopt : to_number(value.text);
  if (!number) {
    return "must be a number, got " + quoted(value);
  }
  const bool outside = key.low < key.high && !(*number >= key.low && *number <= key.high);
  return outside ? "must be " + std::string(key.range) + ", got " + quoted(value) : "";
}

std::string word_objection(const Key& key, const Node& value) {
  const std::vector<std::string> words = words_of(key);
  for (const std::string& word : words) {
    if (value.text == word) {
      return "";
    }
  }
  return "must be one of " + std::string(key.range) + ", got " + quoted(value) +
         did_you_mean(value.text, words);
}

std::string integer_objection(const Key& key, const Node& value) {
  const bool whole_number = key.type == Type::kInteger;
  const auto number = whole_number && value.quoted ? std::nullopt : whole(key.type, value.text);
  const std::string what = takes(key);
  if (!number) {
    return "must be " + what + ", got " + quoted(value);
  }
  const auto size = static_cast<double>(*number);
  if (size < key.low) {
    return "is too small: " + render(value) + "; it must be " + what;
  }
  return size > key.high ? "is too large: " + render(value) + "; it must be " + what : "";
}

// What is wrong with a value by its key's type; empty: nothing.
std::string objection(const Key& key, const Node& value) {
  if (key.type == Type::kOther) {
    return "";
  }
  if (key.type == Type::kSection) {
    return value.is_mapping() || (key.or_list && value.is_list())
               ? ""
               : "must be a mapping " + std::string(key.range) + ", got " + quoted(value);
  }
  if (!value.is_scalar()) {
    return "must be " + takes(key) + ", got " + quoted(value);
  }
  switch (key.type) {
    case Type::kName:
      return valid_name(value.text)
                 ? ""
                 : "must be made of a-z, 0-9 and -, start with a letter or digit and "
                   "have at most 64 characters, got " +
                       quoted(value);
    case Type::kInteger:
    case Type::kSize:
    case Type::kDuration:
      return integer_objection(key, value);
    case Type::kNumber:
      return number_objection(key, value);
    case Type::kBoolean:
      return !value.quoted && (value.text == "true" || value.text == "false")
                 ? ""
                 : "must be true or false, got " + quoted(value);
    case Type::kWord:
      return word_objection(key, value);
    default:
      return value.text.find_first_not_of(" \t\n") == std::string::npos ? "is empty" : "";
  }
}

}  // namespace

bool valid_name(const std::string& text) {
  return !text.empty() && text.size() <= 64 && text[0] != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

std::string quoted(const Node& node) {
  const bool text = node.is_scalar() && to_value(node).__isset.text;
  return text ? "\"" + render(node) + "\"" : render(node);
}

Section::Section(const Node& node, std::string name, std::string shown, Complaints& complaints)
    : node_(node), name_(std::move(name)), shown_(std::move(shown)) {
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    read_key(node.keys[i], node.items[i], complaints);
  }
  complain_missing(complaints);
}

void Section::read_key(const Node& key, const Node& value, Complaints& complaints) {
  const auto [entry, fresh] = attempted_.emplace(key.text, key.at.line);
  if (!fresh) {
    complaints.add(key.at,
                   "duplicate key \"" + render(key) + "\"; it was given in line " +
                       std::to_string(entry->second) + " already");
    return;
  }
  const bool dotted = key.text.find('.') != std::string::npos;
  const Key* known = dotted ? nullptr : find_key(joined(name_, key.text));
  const std::string shown = joined(shown_, key.text);
  if (known == nullptr || key.text == "*") {
    const std::string where = shown_.empty() ? "" : " in " + shown_;
    std::string hint = complaints.full() ? "" : did_you_mean(key.text, keys_inside(name_));
    if (dotted && find_key(joined(name_, key.text)) != nullptr) {
      const std::size_t dot = key.text.find('.');
      hint = "; write " + key.text.substr(0, dot) + ": {" + key.text.substr(dot + 1) + ": …}";
    }
    complaints.add(key.at, "unknown key \"" + render(key) + "\"" + where + hint);
  } else if (known->later) {
    complaints.add(key.at, "\"" + shown + "\" is not supported yet");
  } else if (value.kind == Node::Kind::kNull && known->name != "space.*.bool") {
    complaints.add(key.at, shown + " has no value");
  } else if (!known->only_value.empty() &&
             !(value.is_scalar() && value.text == known->only_value)) {
    complaints.add(value.at,
                   "\"" + shown + ": " + render(value) +
                       "\" is not supported yet; leave it out or write " +
                       std::string(known->only_value));
  } else if (const std::string wrong = objection(*known, value); !wrong.empty()) {
    complaints.add(value.at, shown + " " + wrong);
  } else {
    given_.emplace(key.text, &value);
  }
}

void Section::complain_missing(Complaints& complaints) const {
  for (const std::string& key : keys_inside(name_)) {
    if (find_key(joined(name_, key))->required && attempted_.count(key) == 0) {
      complaints.add(node_.at, "\"" + joined(shown_, key) + "\" is missing");
    }
  }
}

const Node* Section::find(const std::string& key) const {
  const auto found = given_.find(key);
  return found == given_.end() ? nullptr : found->second;
}

Position Section::place(const std::string& key) const {
  const Node* found = find(key);
  return found == nullptr ? node_.at : found->at;
}

std::string Section::full(const std::string& key) const { return joined(shown_, key); }

std::optional<std::string> Section::text(const std::string& key) const {
  if (const Node* found = find(key)) {
    return found->text;
  }
  const std::string_view otherwise = find_key(joined(name_, key))->default_text;
  return otherwise.empty() ? std::nullopt : std::optional<std::string>(otherwise);
}

std::optional<std::int64_t> Section::integer(const std::string& key) const {
  const std::optional<std::string> word = text(key);
  return word ? whole(find_key(joined(name_, key))->type, *word) : std::nullopt;
}

std::optional<double> Section::number(const std::string& key) const {
  const std::optional<std::string> word = text(key);
  return word ? to_number(*word) : std::nullopt;
}

}  // namespace automl::engine::study_file
