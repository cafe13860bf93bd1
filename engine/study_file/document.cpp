// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/document.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace automl::engine::study_file {

namespace {

const char* const kNoAliases = "aliases (*name) are not allowed; write the value out";

// Ends the reading at once: what follows cannot be relied upon.
struct Refused {
  Position at;
  std::string message;
};

Position position(const YAML::Mark& mark) {
  return mark.is_null() ? Position{} : Position{mark.line + 1, mark.column + 1};
}

// How many bytes the UTF-8 character at `at` has; 0 when it is none.
std::size_t character_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(at);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  const unsigned second = byte(at + 1);
  const bool out_of_range = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                            (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return length > 1 && out_of_range ? 0 : length;
}

bool is_control(unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F; }

void check_characters(const std::string& text) {
  Position at;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = character_length(text, i);
    if (length == 0) {
      throw Refused{at, "this is not UTF-8 text"};
    }
    if (is_control(c) && !(c == '\r' && i + 1 < text.size() && text[i + 1] == '\n')) {
      throw Refused{
          at, c == 0 ? "NUL characters are not allowed" : "control characters are not allowed"};
    }
    i += length;
    at.column += static_cast<int>(length);
    if (c == '\n') {
      at = {at.line + 1, 1};
    }
  }
}

// Builds the tree from yaml-cpp's events, refusing as soon as a limit is passed: before its own
// recursion gets deep, and without ever expanding an alias.
class TreeBuilder : public YAML::EventHandler {
 public:
  bool empty() const { return documents_ == 0; }
  Node take() { return std::move(root_); }
  // Line 0: there was none.
  Position last_quoted() const { return last_quoted_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      throw Refused{position(mark), "a study file is one YAML document; this starts another one"};
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(leaf(Node::Kind::kNull, mark, anchor, ""));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    throw Refused{position(mark), kNoAliases};
  }
  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = leaf(Node::Kind::kScalar, mark, anchor, tag);
    if (std::any_of(value.begin(), value.end(), [](char c) {
          return is_control(static_cast<unsigned char>(c));
        })) {
      throw Refused{node.at, "control characters are not allowed, written as escapes either"};
    }
    node.text = value;
    node.quoted = tag == "!";
    if (node.quoted) {
      last_quoted_ = node.at;
    }
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(leaf(Node::Kind::kList, mark, anchor, tag));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(leaf(Node::Kind::kMapping, mark, anchor, tag));
  }
  void OnMapEnd() override { close(); }

 private:
  Node leaf(Node::Kind kind,
            const YAML::Mark& mark,
            YAML::anchor_t anchor,
            const std::string& tag) {
    Node node;
    node.kind = kind;
    node.at = position(mark);
    if (anchor != YAML::NullAnchor) {
      throw Refused{node.at,
                    "anchors (&name) are not allowed; write the value out where it is used"};
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refused{node.at, "tags (!name) are not allowed"};
    }
    if (++nodes_ > kNodeLimit) {
      throw Refused{node.at, "the file has more than 100000 values"};
    }
    return node;
  }

  // The next child of a mapping is a key when every key has its value.
  static bool wants_key(const Node& parent) {
    return parent.is_mapping() && parent.keys.size() == parent.items.size();
  }

  void open(Node node) {
    if (stack_.size() >= kDepthLimit) {
      throw Refused{node.at, "nested deeper than 32 levels"};
    }
    if (!stack_.empty() && wants_key(stack_.back())) {
      throw Refused{node.at, "a key must be a word, not a list or a mapping"};
    }
    stack_.push_back(std::move(node));
  }
  void close() {
    Node node = std::move(stack_.back());
    stack_.pop_back();
    add(std::move(node));
  }
  void add(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
    } else if (wants_key(stack_.back())) {
      if (!node.is_scalar()) {
        throw Refused{node.at, "a key must be a word"};
      }
      stack_.back().keys.push_back(std::move(node));
    } else {
      stack_.back().items.push_back(std::move(node));
    }
  }

  int documents_ = 0;
  Position last_quoted_{0, 0};
  std::size_t nodes_ = 0;
  Node root_;
  std::vector<Node> stack_;
};

// yaml-cpp takes the end of the text for the closing quote when a line ends there.
void check_last_quote(const std::string& text, Position at) {
  std::size_t i = text.compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0;
  for (int line = 1; line < at.line; ++line) {
    i = text.find('\n', i) + 1;
  }
  i += static_cast<std::size_t>(at.column) - 1;
  const char quote = at.line > 0 && i < text.size() ? text[i] : ' ';
  if (quote != '"' && quote != '\'') {
    return;
  }
  for (++i; i < text.size(); ++i) {
    const bool pair =
        (quote == '"' && text[i] == '\\') ||
        (quote == '\'' && text[i] == '\'' && i + 1 < text.size() && text[i + 1] == '\'');
    if (!pair && text[i] == quote) {
      return;
    }
    i += pair ? 1 : 0;
  }
  throw Refused{at, std::string("the quote ") + quote + " is not closed"};
}

Node read(const std::string& text) {
  if (text.size() > kTextLimit) {
    throw Refused{{}, "the file is larger than 1 MiB"};
  }
  check_characters(text);
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  TreeBuilder builder;
  while (parser.HandleNextDocument(builder)) {
  }
  if (builder.empty()) {
    throw Refused{{}, "the file is empty"};
  }
  check_last_quote(text, builder.last_quoted());
  return builder.take();
}

void render_into(const Node& node, std::size_t limit, std::string& out) {
  if (out.size() > limit) {
    return;
  }
  switch (node.kind) {
    case Node::Kind::kNull:
      out += "nothing";
      break;
    case Node::Kind::kScalar:
      out += node.text;
      break;
    case Node::Kind::kList:
    case Node::Kind::kMapping: {
      out += node.is_list() ? "[" : "{";
      for (std::size_t i = 0; i < node.items.size() && out.size() <= limit; ++i) {
        out += i == 0 ? "" : ", ";
        out += node.is_mapping() ? node.keys[i].text + ": " : "";
        render_into(node.items[i], limit, out);
      }
      out += node.is_list() ? "]" : "}";
    }
  }
}

}  // namespace

std::optional<Node> read_document(const std::string& text, Complaints& complaints) {
  try {
    return read(text);
  } catch (const Refused& refused) {
    complaints.add(refused.at, refused.message);
  } catch (const YAML::Exception& error) {
    const bool alias = error.msg.find(YAML::ErrorMsg::UNKNOWN_ANCHOR) == 0;
    complaints.add(position(error.mark), alias ? kNoAliases : "not valid YAML: " + error.msg);
  }
  return std::nullopt;
}

std::string render(const Node& node, std::size_t limit) {
  std::string text;
  render_into(node, limit, text);
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() > limit) {
    std::size_t cut = limit;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
      --cut;
    }
    text = text.substr(0, cut) + "…";
  }
  return text;
}

}  // namespace automl::engine::study_file
