// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/parameter_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "engine/parameter_value.hpp"
#include "engine/study_file/quantities.hpp"
#include "engine/study_file/value_rules.hpp"

namespace automl::engine::study_file {

namespace {

using Kind = idl::ParameterKind;

constexpr double kLargestExact = 9007199254740992.0;  // 2^53
constexpr std::size_t kMostChoices = 1'000;

constexpr std::array<std::pair<const char*, Kind::type>, 6> kKinds = {{{"float", Kind::FLOAT},
                                                                       {"int", Kind::INT},
                                                                       {"choice", Kind::CHOICE},
                                                                       {"ordinal", Kind::ORDINAL},
                                                                       {"bool", Kind::BOOL},
                                                                       {"fixed", Kind::FIXED}}};

class Reader {
 public:
  Reader(std::string name, const Section& section, Complaints& complaints)
      : section_(section), complaints_(complaints) {
    parameter_.name = std::move(name);
  }

  std::optional<idl::Parameter> read() {
    if (read_kind()) {
      if (parameter_.kind == Kind::FLOAT || parameter_.kind == Kind::INT) {
        read_range();
      } else if (parameter_.kind != Kind::BOOL) {
        read_choices();
      }
      refuse_foreign_keys();
    }
    if (right_) {
      read_default();
    }
    return right_ ? std::optional(std::move(parameter_)) : std::nullopt;
  }

 private:
  void complain(Position at, const std::string& message) {
    complaints_.add(at, section_.shown() + ": " + message);
    right_ = false;
  }

  bool numeric() const { return parameter_.kind == Kind::FLOAT || parameter_.kind == Kind::INT; }

  // Exactly one of the shorthands, or `type`.
  bool read_kind() {
    std::vector<std::string> given;
    for (const auto& [word, kind] : kKinds) {
      if (section_.attempted(word)) {
        given.emplace_back(word);
        shorthand_ = section_.find(word);
        right_ = right_ && section_.has(word);
        parameter_.kind = kind;
      }
    }
    if (section_.attempted("type")) {
      given.emplace_back("type");
    }
    if (given.size() != 1) {
      if (given.empty()) {
        complain(
            section_.node().at,
            "say what it is: float, int, choice, ordinal, bool or fixed, as in {float: [0, 1]}");
      } else {
        complain(section_.node().at,
                 "\"" + given[0] + "\" and \"" + given[1] + "\" exclude each other");
      }
      return false;
    }
    if (!section_.attempted("type")) {
      return right_;
    }
    long_form_ = true;
    const Node* type = section_.find("type");
    for (const auto& [word, kind] : kKinds) {
      if (type != nullptr && type->text == word) {
        parameter_.kind = kind;
      }
    }
    right_ = right_ && type != nullptr;
    return right_;
  }

  void read_range() {
    const Node* low = section_.find("low");
    const Node* high = section_.find("high");
    if (!long_form_) {
      if (!shorthand_->is_list() || shorthand_->items.size() != 2) {
        return complain(shorthand_->at, "expected [low, high], got " + quoted(*shorthand_));
      }
      low = &shorthand_->items[0];
      high = &shorthand_->items[1];
    } else if (low == nullptr || high == nullptr) {
      if (!section_.attempted("low") || !section_.attempted("high")) {
        complain(section_.node().at,
                 "type: " + section_.find("type")->text + " needs low and high");
      }
      right_ = false;
      return;
    }
    const bool low_right = read_bound(*low, parameter_.low);
    if (read_bound(*high, parameter_.high) && low_right) {
      check_range(low->at);
      read_scale();
    }
  }

  bool read_bound(const Node& node, double& bound) {
    const std::optional<double> number =
        node.is_scalar() && !node.quoted ? to_number(node.text) : std::nullopt;
    if (!number) {
      complain(node.at, "a bound must be a number, got " + quoted(node));
    } else if (parameter_.kind == Kind::INT && *number != std::floor(*number)) {
      complain(node.at, "a bound must be a whole number, got " + quoted(node));
    } else if (parameter_.kind == Kind::INT && std::abs(*number) > kLargestExact) {
      complain(node.at, "a bound may be at most 2^53, got " + quoted(node));
    } else {
      bound = *number;
      return true;
    }
    return false;
  }

  std::string range_text() const {
    return "[" + engine::to_text(parameter_.low) + ", " + engine::to_text(parameter_.high) + "]";
  }

  void check_range(Position at) {
    const Position where = long_form_ ? at : shorthand_->at;
    if (parameter_.low > parameter_.high) {
      complain(where, "the range " + range_text() + " is empty: low is above high");
    } else if (!std::isfinite(parameter_.high - parameter_.low)) {
      complain(where, "the range " + range_text() + " is too wide");
    }
  }

  void read_scale() {
    const Node* log = section_.find("log");
    parameter_.log = log != nullptr && log->text == "true";
    if (parameter_.log && parameter_.low <= 0) {
      complain(log->at, "log: true needs a lower bound above 0, got " + range_text());
    }
    const Node* step = section_.find("step");
    if (step == nullptr) {
      return;
    }
    parameter_.step = to_number(step->text).value_or(0);
    if (parameter_.step <= 0) {
      complain(step->at, "step must be above 0, got " + quoted(*step));
    } else if (parameter_.kind == Kind::INT && parameter_.step != std::floor(parameter_.step)) {
      complain(step->at, "step must be a whole number, got " + quoted(*step));
    } else if (parameter_.log) {
      complain(step->at, "step and log: true exclude each other");
    } else if (parameter_.step > parameter_.high - parameter_.low) {
      complain(step->at, "step " + quoted(*step) + " is wider than the range " + range_text());
    }
  }

  void read_choices() {
    const bool fixed = parameter_.kind == Kind::FIXED;
    const std::string key = fixed ? "value" : "choices";
    const Node* node = long_form_ ? section_.find(key) : shorthand_;
    if (node == nullptr) {
      if (!section_.attempted(key)) {
        complain(section_.node().at, "type: " + section_.find("type")->text + " needs " + key);
      }
      right_ = false;
      return;
    }
    if (fixed) {
      return add_choice(*node);
    }
    if (!node->is_list() || node->items.empty()) {
      return complain(node->at, "expected a list of values, got " + quoted(*node));
    }
    if (node->items.size() > kMostChoices) {
      return complain(node->at, "more than 1000 values");
    }
    for (const Node& item : node->items) {
      add_choice(item);
    }
    if (parameter_.kind == Kind::ORDINAL && right_) {
      check_order(*node);
    }
  }

  void add_choice(const Node& node) {
    if (!node.is_scalar()) {
      return complain(
          node.at,
          "expected a number, a word or true or false, got " + quoted(node) +
              (node.kind == Node::Kind::kNull ? "; write it in quotes if it is a word" : ""));
    }
    const idl::Value value = to_value(node);
    const std::optional<double> number = number_in(value);
    const std::string identity = number ? "n" + engine::to_text(*number)
                                        : (value.__isset.text ? "t" : "b") + engine::to_text(value);
    if (!seen_.insert(identity).second) {
      return complain(node.at, quoted(node) + " is given twice");
    }
    parameter_.choices.push_back(value);
  }

  void check_order(const Node& list) {
    for (std::size_t i = 1; i < parameter_.choices.size(); ++i) {
      const auto before = number_in(parameter_.choices[i - 1]);
      const auto now = number_in(parameter_.choices[i]);
      if (before && now && *now < *before) {
        return complain(list.items[i].at,
                        "the numbers of an ordinal must ascend, got " + quoted(list.items[i]) +
                            " after " + quoted(list.items[i - 1]));
      }
    }
  }

  // Keys that mean nothing for this kind of parameter.
  void refuse_foreign_keys() {
    const std::vector<std::pair<std::string, bool>> allowed = {
        {"log", numeric()},
        {"step", numeric()},
        {"low", numeric() && long_form_},
        {"high", numeric() && long_form_},
        {"choices",
         (parameter_.kind == Kind::CHOICE || parameter_.kind == Kind::ORDINAL) && long_form_},
        {"value", parameter_.kind == Kind::FIXED && long_form_},
        {"default", parameter_.kind != Kind::FIXED}};
    for (const auto& [key, fits] : allowed) {
      if (!fits && section_.has(key)) {
        const auto* kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& entry) {
          return entry.second == parameter_.kind;
        });
        const bool long_only = key == "low" || key == "high" || key == "choices" || key == "value";
        complain(section_.place(key),
                 "\"" + key + "\" does not apply to " + kind->first +
                     (long_only && !long_form_ ? " in its short form" : ""));
      }
    }
  }

  void read_default() {
    const Node* node = section_.find("default");
    if (parameter_.kind == Kind::BOOL && shorthand_ != nullptr &&
        shorthand_->kind != Node::Kind::kNull) {
      if (node != nullptr) {
        return complain(node->at, "the default is given twice");
      }
      node = shorthand_;
    }
    if (node == nullptr) {
      return;
    }
    if (!node->is_scalar()) {
      return complain(node->at,
                      "the default must be " + values_of(parameter_) + ", got " + quoted(*node));
    }
    const Admission admission = admit(parameter_, to_value(*node));
    if (!admission.value) {
      return complain(node->at, "the default " + admission.objection);
    }
    parameter_.__set_default_value(*admission.value);
  }

  const Section& section_;
  Complaints& complaints_;
  idl::Parameter parameter_;
  const Node* shorthand_ = nullptr;
  bool long_form_ = false;
  bool right_ = true;
  std::set<std::string> seen_;
};

}  // namespace

std::optional<idl::Parameter> read_parameter(const std::string& name,
                                             const Section& section,
                                             Complaints& complaints) {
  return Reader(name, section, complaints).read();
}

}  // namespace automl::engine::study_file
