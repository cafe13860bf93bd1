// SPDX-License-Identifier: Apache-2.0
#include "engine/shell_words.hpp"

#include <string_view>

namespace automl::engine {

namespace {

enum class Context {
  kBare,
  kParenthesis,
  kSingle,
  kDouble,
  kBacktick,
  kArithmetic,
  kBrace,
  kComment
};

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}
bool separates(char c) {
  return std::string_view(" \t\n;&|<>()").find(c) != std::string_view::npos;
}

class Reader {
 public:
  // The unpaired parentheses of `case` would be misread.
  explicit Reader(const std::string& command)
      : command_(command), intricate_(command.find("esac") != std::string::npos) {}

  ShellWords read() {
    while (at_ < command_.size()) {
      track_word();
      step();
    }
    if (in_word_) {
      result_.words.back().end = command_.size();
    }
    return std::move(result_);
  }

 private:
  Context context() const { return stack_.back(); }
  char look(std::size_t ahead) const {
    return at_ + ahead < command_.size() ? command_[at_ + ahead] : '\0';
  }

  void track_word() {
    if (stack_.size() > 1) {
      return;
    }
    const bool boundary = separates(command_[at_]);
    if (in_word_ && boundary) {
      result_.words.back().end = at_;
    } else if (!in_word_ && !boundary) {
      result_.words.push_back({at_, at_});
    }
    in_word_ = !boundary;
  }

  static bool intricate(Context context) {
    return context == Context::kBacktick || context == Context::kArithmetic ||
           context == Context::kBrace || context == Context::kComment;
  }
  void push(Context context, std::size_t length) {
    stack_.push_back(context);
    intricate_around_ += intricate(context) ? 1 : 0;
    at_ += length;
  }
  void pop(std::size_t length) {
    intricate_around_ -= intricate(context()) ? 1 : 0;
    stack_.pop_back();
    at_ += length;
  }

  void step() {
    switch (context()) {
      case Context::kSingle:
        return in_single_quotes();
      case Context::kComment:
        return in_comment();
      default:
        break;
    }
    const char c = command_[at_];
    if (c == '\\') {
      at_ += 2;
    } else if (c == '$') {
      dollar();
    } else if (c == '`') {
      context() == Context::kBacktick ? pop(1) : push(Context::kBacktick, 1);
    } else if (c == '"') {
      context() == Context::kDouble ? pop(1) : push(Context::kDouble, 1);
    } else if (context() == Context::kDouble) {
      ++at_;
    } else {
      outside_quotes(c);
    }
  }

  void in_single_quotes() {
    if (command_[at_] == '\'') {
      return pop(1);
    }
    if (!reference()) {
      ++at_;
    }
  }

  void in_comment() {
    if (command_[at_] == '\n') {
      return pop(1);
    }
    if (!reference()) {
      ++at_;
    }
  }

  void outside_quotes(char c) {
    if (c == '\'') {
      push(Context::kSingle, 1);
    } else if (c == '}' && context() == Context::kBrace) {
      pop(1);
    } else if (c == '(' && stack_.size() > 1) {
      push(Context::kParenthesis, 1);
    } else if (c == ')' && context() == Context::kArithmetic && look(1) == ')') {
      pop(2);
    } else if (c == ')' && context() == Context::kParenthesis) {
      pop(1);
    } else if (c == '#' && (at_ == 0 || separates(command_[at_ - 1]))) {
      push(Context::kComment, 1);
    } else {
      // The text after `<<` follows rules of its own up to a line of the user's choosing.
      intricate_ = intricate_ || (c == '<' && look(1) == '<');
      ++at_;
    }
  }

  void dollar() {
    if (reference()) {
      return;
    }
    if (look(1) == '(' && look(2) == '(') {
      push(Context::kArithmetic, 3);
    } else if (look(1) == '(') {
      push(Context::kParenthesis, 2);
    } else if (look(1) == '{') {
      push(Context::kBrace, 2);
    } else {
      // Some shells read $'…' with escapes, others don't.
      intricate_ = intricate_ || (look(1) == '\'' && context() != Context::kDouble);
      ++at_;
    }
  }

  // Records the reference at the current place, if there is one, and steps behind it.
  bool reference() {
    if (look(0) != '$' || look(1) != '{' || !is_name_start(look(2))) {
      return false;
    }
    std::size_t end = at_ + 3;
    while (end < command_.size() && is_name_part(command_[end])) {
      ++end;
    }
    if (end >= command_.size() || command_[end] != '}') {
      return false;
    }
    PlacedReference found;
    found.name = command_.substr(at_ + 2, end - at_ - 2);
    found.begin = at_;
    found.end = end + 1;
    found.quoting = quoting();
    found.plain_only = intricate_ || intricate_around_ > 0;
    found.word = in_word_ ? result_.words.size() - 1 : kNoWord;
    result_.references.push_back(std::move(found));
    at_ = end + 1;
    return true;
  }

  Quoting quoting() const {
    if (context() == Context::kSingle) {
      return Quoting::kSingle;
    }
    return context() == Context::kDouble ? Quoting::kDouble : Quoting::kBare;
  }

  const std::string& command_;
  std::size_t at_ = 0;
  bool in_word_ = false;
  bool intricate_ = false;    // from here to the end
  int intricate_around_ = 0;  // contexts on the stack
  std::vector<Context> stack_{Context::kBare};
  ShellWords result_;
};

}  // namespace

ShellWords read_shell_words(const std::string& command) { return Reader(command).read(); }

}  // namespace automl::engine
