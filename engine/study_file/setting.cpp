// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/setting.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/study_file/document.hpp"

namespace automl::engine::study_file {

namespace {

std::vector<std::string> split(const std::string& key) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', begin)) {
    parts.push_back(key.substr(begin, dot - begin));
    begin = dot + 1;
  }
  parts.push_back(key.substr(begin));
  return parts;
}

std::optional<Node> read(const std::string& text) {
  Complaints complaints;
  return read_document(text, complaints);
}

// What was read, wherever it stood.
bool same(const Node& a, const Node& b) {
  return a.kind == b.kind && a.text == b.text && a.quoted == b.quoted &&
         std::equal(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(), same) &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same);
}

std::optional<std::size_t> index_of(const Node& mapping, const std::string& key) {
  for (std::size_t i = 0; i < mapping.keys.size(); ++i) {
    if (mapping.keys[i].text == key) {
      return i;
    }
  }
  return std::nullopt;
}

// Writes into a text by where its nodes stand. What comes of it is checked by reading it again.
class TextEditor {
 public:
  explicit TextEditor(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }

  // Another value for the key that is there.
  void replace(const Node& mapping, std::size_t entry, const std::string& value) {
    const Node& old = mapping.items[entry];
    std::size_t begin = offset(old.at);
    std::size_t end = begin;
    if (opens(begin, "{[")) {
      end = after_brackets(begin);
    } else if (opens(begin, "\"'")) {
      end = after_quote(begin);
    } else if (!old.is_scalar() || opens(begin, "|>")) {
      begin = after_colon(mapping.keys[entry]);
      end = after_block(mapping.keys[entry].at, old);
      text_.replace(begin, end - begin, " " + value);
      return;
    } else {
      end = after_word(begin, opens(offset(mapping.at), "{"));
    }
    text_.replace(begin, end - begin, value);
  }

  // A key that is not there: in front of the others, at the end of the whole text.
  void add(const Node& mapping, bool whole, const std::string& entry) {
    const std::size_t begin = offset(mapping.at);
    if (opens(begin, "{")) {
      text_.insert(begin + 1, entry + (mapping.keys.empty() ? "" : ", "));
    } else if (whole) {
      text_ += (text_.empty() || text_.back() == '\n' ? "" : "\n") + entry + "\n";
    } else {
      const std::string indent(static_cast<std::size_t>(mapping.keys.front().at.column - 1), ' ');
      text_.insert(offset(mapping.keys.front().at), entry + "\n" + indent);
    }
  }

 private:
  std::size_t offset(Position at) const {
    std::size_t begin = 0;
    for (int line = 1; line < at.line && begin < text_.size(); ++line) {
      begin = std::min(text_.find('\n', begin), text_.size() - 1) + 1;
    }
    return std::min(begin + static_cast<std::size_t>(at.column - 1), text_.size());
  }
  bool opens(std::size_t at, const char* one_of) const {
    return at < text_.size() && std::string(one_of).find(text_[at]) != std::string::npos;
  }
  bool comment(std::size_t at) const {
    return text_[at] == '#' && (at == 0 || opens(at - 1, " \t\n"));
  }
  std::size_t end_of_line(std::size_t at) const {
    return std::min(text_.find('\n', at), text_.size());
  }

  std::size_t after_quote(std::size_t at) const {
    const char quote = text_[at];
    for (std::size_t i = at + 1; i < text_.size(); ++i) {
      const bool escaped = quote == '"' && text_[i] == '\\';
      const bool doubled = quote == '\'' && text_.compare(i, 2, "''") == 0;
      if (escaped || doubled) {
        ++i;
      } else if (text_[i] == quote) {
        return i + 1;
      }
    }
    return text_.size();
  }

  std::size_t after_brackets(std::size_t at) const {
    int depth = 0;
    char before = ' ';  // the last one that is no space
    for (std::size_t i = at; i < text_.size(); ++i) {
      const char c = text_[i];
      if (comment(i)) {
        i = end_of_line(i);
        continue;
      }
      if ((c == '"' || c == '\'') && std::string("[{,:").find(before) != std::string::npos) {
        i = after_quote(i) - 1;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        return i + 1;
      }
      before = opens(i, " \t\n") ? before : c;
    }
    return text_.size();
  }

  std::size_t after_word(std::size_t at, bool in_brackets) const {
    std::size_t end = at;
    while (end < text_.size() && text_[end] != '\n' && !comment(end) &&
           !(in_brackets && opens(end, ",]}"))) {
      ++end;
    }
    while (end > at && opens(end - 1, " \t\r")) {
      --end;
    }
    return end;
  }

  std::size_t after_colon(const Node& key) const {
    const std::size_t begin = offset(key.at);
    const std::size_t end = opens(begin, "\"'") ? after_quote(begin) : begin + key.text.size();
    return std::min(text_.find(':', end), text_.size() - 1) + 1;
  }

  // Before the first line that stands no further right than the key, list entries left aside.
  std::size_t after_block(Position key, const Node& block) const {
    std::size_t end = end_of_line(offset(key));
    for (std::size_t line = end + 1; line < text_.size(); line = end_of_line(line) + 1) {
      const std::size_t first = std::min(text_.find_first_not_of(' ', line), text_.size());
      const bool blank = opens(first, "\n\r#");
      const auto column = static_cast<int>(first - line) + 1;
      const bool entry = block.is_list() && column == key.column && opens(first, "-");
      if (!blank && column <= key.column && !entry) {
        break;
      }
      end = blank ? end : end_of_line(line);
    }
    return end;
  }

  std::string text_;
};

struct Place {
  Node* mapping = nullptr;  // the deepest one that is there
  std::size_t depth = 0;    // of it in the path
  std::optional<std::size_t> entry;
};

// Null mapping: something on the way is no mapping.
Place find(Node& root, const std::vector<std::string>& path) {
  Place place{&root, 0, std::nullopt};
  while (place.mapping->is_mapping()) {
    const auto entry = index_of(*place.mapping, path[place.depth]);
    if (!entry || place.depth + 1 == path.size()) {
      place.entry = entry;
      return place;
    }
    place.mapping = &place.mapping->items[*entry];
    ++place.depth;
  }
  place.mapping = nullptr;
  return place;
}

Node scalar(const std::string& text) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.text = text;
  return node;
}

}  // namespace

std::string put_setting(std::string& text, const std::string& setting) {
  const std::size_t equals = std::min(setting.find('='), setting.size());
  const std::string key = setting.substr(0, equals);
  const std::string value = equals < setting.size() ? setting.substr(equals + 1) : "";
  const std::vector<std::string> path = split(key);
  if (value.empty() || std::find(path.begin(), path.end(), "") != path.end()) {
    return "expected KEY=VALUE such as budget.trials=100, got \"" + setting + "\"";
  }
  std::optional<Node> wanted = read(value);
  std::optional<Node> document = read(text);
  if (!wanted || value.find('\n') != std::string::npos) {
    return key + ": not a value as a study file has them: " + value;
  }
  const std::string hard = key + " cannot be put into this text; edit the file itself";
  if (!document) {
    return hard;
  }
  const Place place = find(*document, path);
  if (place.mapping == nullptr) {
    return hard;
  }
  TextEditor editor(text);
  if (place.entry) {
    editor.replace(*place.mapping, *place.entry, value);
    place.mapping->items[*place.entry] = *std::move(wanted);
  } else {
    std::string entry = value;
    for (std::size_t i = path.size(); i-- > place.depth + 1;) {
      entry = "{" + path[i] + ": " + entry + "}";
      Node around;
      around.kind = Node::Kind::kMapping;
      around.keys.push_back(scalar(path[i]));
      around.items.push_back(*std::move(wanted));
      wanted = std::move(around);
    }
    const bool whole = place.mapping == &*document;
    editor.add(*place.mapping, whole, path[place.depth] + ": " + entry);
    const bool last = whole && !text.empty() && text[0] != '{';
    auto& keys = place.mapping->keys;
    auto& items = place.mapping->items;
    keys.insert(last ? keys.end() : keys.begin(), scalar(path[place.depth]));
    items.insert(last ? items.end() : items.begin(), *std::move(wanted));
  }
  const std::optional<Node> written = read(editor.text());
  if (!written || !same(*written, *document)) {
    return hard;
  }
  text = editor.text();
  return "";
}

}  // namespace automl::engine::study_file
