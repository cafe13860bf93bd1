// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/expression.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "engine/study_file/quantities.hpp"

namespace automl::engine::study_file {

namespace {

struct Token {
  enum class Kind { kEnd, kWord, kOperator, kOpen, kClose, kComma };
  Kind kind = Kind::kEnd;
  std::string text;
  bool quoted = false;
};

constexpr std::string_view kOperatorLetters = "=!<>";
constexpr std::string_view kSpace = " \t\n";

// Cuts an expression into words, operators, brackets and commas.
class Tokens {
 public:
  explicit Tokens(const std::string& text) : text_(text) { advance(); }

  const Token& now() const { return now_; }
  const std::string& trouble() const { return trouble_; }

  Token take() {
    Token taken = std::move(now_);
    advance();
    return taken;
  }

 private:
  void advance() {
    at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
    now_ = {};
    if (at_ == text_.size()) {
      return;
    }
    const char c = text_[at_];
    if (c == '\'' || c == '"') {
      quoted_word(c);
    } else if (c == '[' || c == ']' || c == ',') {
      now_ = {c == '['   ? Token::Kind::kOpen
              : c == ']' ? Token::Kind::kClose
                         : Token::Kind::kComma,
              std::string(1, c)};
      ++at_;
    } else {
      const bool is_operator = kOperatorLetters.find(c) != std::string_view::npos;
      const std::size_t end = is_operator ? text_.find_first_not_of(kOperatorLetters, at_)
                                          : text_.find_first_of(" \t\n[],=!<>'\"", at_);
      now_ = {is_operator ? Token::Kind::kOperator : Token::Kind::kWord,
              text_.substr(at_, end == std::string::npos ? end : end - at_)};
      at_ += now_.text.size();
    }
  }

  void quoted_word(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string::npos) {
      trouble_ = std::string("the quote ") + quote + " is not closed";
      at_ = text_.size();
      return;
    }
    now_ = {Token::Kind::kWord, text_.substr(at_ + 1, end - at_ - 1), true};
    at_ = end + 1;
  }

  const std::string& text_;
  std::size_t at_ = 0;
  Token now_;
  std::string trouble_;
};

std::optional<idl::ComparisonOp::type> operator_named(const std::string& text) {
  using Op = idl::ComparisonOp;
  static const std::vector<std::pair<std::string, Op::type>> kOperators = {
      {"==", Op::EQUAL},
      {"!=", Op::NOT_EQUAL},
      {"<", Op::LESS},
      {"<=", Op::LESS_OR_EQUAL},
      {">", Op::GREATER},
      {">=", Op::GREATER_OR_EQUAL}};
  for (const auto& [name, op] : kOperators) {
    if (name == text) {
      return op;
    }
  }
  return std::nullopt;
}

std::string shown(const Token& token) {
  return token.kind == Token::Kind::kEnd ? "nothing" : "\"" + token.text.substr(0, 40) + "\"";
}

bool is_word(const Token& token, std::string_view word) {
  return token.kind == Token::Kind::kWord && !token.quoted && token.text == word;
}

// [a, b, …] behind `in`; an objection or empty.
std::string read_list(Tokens& tokens, idl::Comparison& comparison) {
  if (tokens.take().kind != Token::Kind::kOpen) {
    return "\"in\" needs a list like [a, b]";
  }
  for (;;) {
    const Token word = tokens.take();
    if (word.kind != Token::Kind::kWord) {
      return "expected a value in the list, got " + shown(word);
    }
    comparison.operands.push_back(to_value(word.text, word.quoted));
    const Token next = tokens.take();
    if (next.kind == Token::Kind::kClose) {
      return "";
    }
    if (next.kind != Token::Kind::kComma) {
      return "expected \",\" or \"]\" in the list, got " + shown(next);
    }
  }
}

std::string read_rest(Tokens& tokens, idl::Comparison& comparison) {
  if (is_word(tokens.now(), "in")) {
    tokens.take();
    comparison.op = idl::ComparisonOp::ANY_OF;
    return read_list(tokens, comparison);
  }
  const Token relation = tokens.take();
  const auto op = operator_named(relation.text);
  if (relation.kind != Token::Kind::kOperator || !op) {
    const bool assignment = relation.text == "=";
    return "expected one of == != < <= > >= in, got " + shown(relation) +
           (assignment ? "; did you mean \"==\"?" : "");
  }
  comparison.op = *op;
  const Token value = tokens.take();
  if (value.kind != Token::Kind::kWord) {
    return "expected a value behind \"" + relation.text + "\", got " + shown(value);
  }
  comparison.operands.push_back(to_value(value.text, value.quoted));
  return "";
}

}  // namespace

Expression read_expression(const std::string& text) {
  Expression expression;
  Tokens tokens(text);
  for (;;) {
    const Token name = tokens.take();
    if (name.kind != Token::Kind::kWord) {
      expression.objection = "expected the name of a parameter, got " + shown(name);
      break;
    }
    idl::Comparison comparison;
    comparison.parameter = name.text;
    expression.objection = read_rest(tokens, comparison);
    if (!expression.objection.empty()) {
      break;
    }
    expression.all_of.push_back(std::move(comparison));
    const Token next = tokens.take();
    if (next.kind == Token::Kind::kEnd) {
      break;
    }
    if (is_word(next, "or")) {
      expression.objection = "\"or\" is not understood; write two entries";
      break;
    }
    if (!is_word(next, "and")) {
      expression.objection = "expected \"and\", got " + shown(next);
      break;
    }
  }
  if (!tokens.trouble().empty()) {
    expression.objection = tokens.trouble();
  }
  return expression;
}

bool read_relation(const std::string& text, idl::Comparison& comparison, std::string& objection) {
  const std::size_t start = text.find_first_not_of(kSpace);
  const bool listed = start != std::string::npos && text.compare(start, 3, "in ") == 0 &&
                      text.find('[') != std::string::npos;
  if (start == std::string::npos ||
      (!listed && kOperatorLetters.find(text[start]) == std::string_view::npos)) {
    return false;
  }
  Tokens tokens(text);
  objection = read_rest(tokens, comparison);
  if (objection.empty() && tokens.now().kind != Token::Kind::kEnd) {
    objection = "expected nothing more, got " + shown(tokens.now());
  }
  if (!tokens.trouble().empty()) {
    objection = tokens.trouble();
  }
  return true;
}

}  // namespace automl::engine::study_file
