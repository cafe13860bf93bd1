// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/space_reader.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "engine/study_file/expression.hpp"
#include "engine/study_file/nearest_name.hpp"
#include "engine/study_file/parameter_reader.hpp"
#include "engine/study_file/quantities.hpp"
#include "engine/study_file/value_rules.hpp"

namespace automl::engine::study_file {

namespace {

constexpr std::size_t kMostParameters = 10'000;
constexpr std::size_t kMostClauses = 1'000;
constexpr std::size_t kShownCycle = 8;

// Names reach command lines as `--name=value` and `${name}`.
bool valid_parameter_name(const std::string& name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && name.size() <= 64 && letter(name[0]) && name != "args" &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
         });
}

}  // namespace

const idl::Parameter* SpaceReader::find(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() || found->second == kWrong ? nullptr : &parameters_[found->second];
}

std::string SpaceReader::hint(const std::string& name) const {
  return complaints_.full() ? "" : did_you_mean(name, ordered_names_);
}

void SpaceReader::read_space(const Node& space) {
  if (!space.is_mapping() || space.items.empty()) {
    complaints_.add(space.at,
                    "space must be a mapping of at least one parameter, got " + quoted(space));
    return;
  }
  if (space.items.size() > kMostParameters) {
    complaints_.add(space.at, "space has more than 10000 parameters");
    return;
  }
  for (std::size_t i = 0; i < space.items.size(); ++i) {
    read_entry(space.keys[i], space.items[i]);
  }
  for (const Pending& pending : pending_) {
    read_conditions(pending);
  }
  refuse_cycles();
}

void SpaceReader::read_entry(const Node& name, const Node& value) {
  const std::string shown = "space." + render(name);
  const auto [line, fresh] = lines_.emplace(name.text, name.at.line);
  if (!fresh) {
    complaints_.add(name.at,
                    "duplicate parameter \"" + render(name) + "\"; it was given in line " +
                        std::to_string(line->second) + " already");
    return;
  }
  names_[name.text] = kWrong;
  ordered_names_.push_back(name.text);
  if (!valid_parameter_name(name.text)) {
    complaints_.add(
        name.at,
        name.text == "args"
            ? "a parameter cannot be called \"args\": ${args} stands for all of them"
            : "the parameter name \"" + render(name) +
                  "\" must start with a letter or _ and be made of letters, digits, _, - "
                  "and ., at most 64");
  }
  if (!value.is_mapping()) {
    complaints_.add(value.at,
                    shown + " must be a mapping like {float: [0, 1]}, got " + quoted(value));
    return;
  }
  const Section section(value, "space.*", shown, complaints_);
  std::optional<idl::Parameter> parameter = read_parameter(name.text, section, complaints_);
  const Node* when = section.find("when");
  if (parameter) {
    names_[name.text] = parameters_.size();
    if (when != nullptr) {
      pending_.push_back({parameters_.size(), when});
    }
    places_.push_back(when == nullptr ? name.at : when->at);
    parameters_.push_back(std::move(*parameter));
  }
}

void SpaceReader::read_conditions(const Pending& pending) {
  const std::string shown = "space." + parameters_[pending.parameter].name + ".when";
  if (!pending.when->is_mapping() || pending.when->items.empty()) {
    complaints_.add(
        pending.when->at,
        shown + " must be a mapping like {optimizer: sgd}, got " + quoted(*pending.when));
    return;
  }
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < pending.when->items.size(); ++i) {
    const Node& name = pending.when->keys[i];
    if (seen.insert(name.text).second) {
      read_condition(pending.parameter, name, pending.when->items[i]);
    } else {
      complaints_.add(name.at, shown + " names \"" + render(name) + "\" twice");
    }
  }
}

void SpaceReader::read_condition(std::size_t parameter, const Node& name, const Node& value) {
  idl::Parameter& child = parameters_[parameter];
  const std::string shown = "space." + child.name + ".when";
  if (!knows(name.text)) {
    complaints_.add(name.at,
                    shown + " refers to \"" + render(name) + "\"" +
                        (hint(name.text).empty() ? ", which is no parameter" : hint(name.text)));
    return;
  }
  const idl::Parameter* parent = find(name.text);
  if (parent == nullptr) {
    return;
  }
  std::string objection;
  idl::Comparison comparison = read_when(value, *parent, objection);
  if (!objection.empty()) {
    complaints_.add(value.at, shown + ": " + objection);
    return;
  }
  child.conditions.push_back(std::move(comparison));
}

idl::Comparison SpaceReader::read_when(const Node& value,
                                       const idl::Parameter& parent,
                                       std::string& objection) {
  idl::Comparison comparison;
  comparison.parameter = parent.name;
  if (value.is_list() && !value.items.empty()) {
    comparison.op = idl::ComparisonOp::ANY_OF;
    for (const Node& item : value.items) {
      if (!item.is_scalar()) {
        objection = "expected a value, got " + quoted(item);
        return comparison;
      }
      comparison.operands.push_back(to_value(item));
    }
  } else if (!value.is_scalar()) {
    objection =
        "expected a value, a list of values or a comparison like \">= 2\", got " + quoted(value);
    return comparison;
  } else {
    // A choice that looks like a comparison is still a choice.
    const bool a_choice = admit(parent, to_value(value)).value.has_value();
    if (a_choice || !read_relation(value.text, comparison, objection)) {
      comparison.op = idl::ComparisonOp::EQUAL;
      comparison.operands = {to_value(value)};
    }
  }
  if (objection.empty()) {
    objection = comparison_objection(parent, comparison.op, comparison.operands);
  }
  return comparison;
}

// Takes parameters away whose parents are all gone; what remains runs in circles.
void SpaceReader::refuse_cycles() {
  std::vector<std::vector<std::size_t>> children(parameters_.size());
  std::vector<std::size_t> parents(parameters_.size(), 0);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    for (const idl::Comparison& condition : parameters_[i].conditions) {
      children[names_.at(condition.parameter)].push_back(i);
      ++parents[i];
    }
  }
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (parents[i] == 0) {
      free.push_back(i);
    }
  }
  std::size_t removed = 0;
  for (; removed < free.size(); ++removed) {
    for (const std::size_t child : children[free[removed]]) {
      if (--parents[child] == 0) {
        free.push_back(child);
      }
    }
  }
  if (removed == parameters_.size()) {
    return;
  }
  // From any that remains, going from parent to remaining parent, one comes back somewhere.
  std::size_t at = 0;
  while (parents[at] == 0) {
    ++at;
  }
  std::vector<std::size_t> path;
  std::vector<bool> visited(parameters_.size(), false);
  while (!visited[at]) {
    visited[at] = true;
    path.push_back(at);
    for (const idl::Comparison& condition : parameters_[at].conditions) {
      const std::size_t parent = names_.at(condition.parameter);
      if (parents[parent] != 0) {
        at = parent;
        break;
      }
    }
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
  std::string text;
  for (std::size_t i = 0; i < path.size() && i < kShownCycle; ++i) {
    text += parameters_[path[i]].name + " → ";
  }
  text += path.size() > kShownCycle ? "… → " : "";
  complaints_.add(places_[path[0]],
                  "space." + parameters_[path[0]].name +
                      ".when: the conditions go in a circle: " + text + parameters_[path[0]].name);
}

void SpaceReader::read_forbid(const Node& forbid) {
  if (!forbid.is_list()) {
    complaints_.add(
        forbid.at,
        "forbid must be a list of expressions like [\"depth > 100\"], got " + quoted(forbid));
    return;
  }
  if (forbid.items.size() > kMostClauses) {
    complaints_.add(forbid.at, "forbid has more than 1000 entries");
    return;
  }
  for (const Node& entry : forbid.items) {
    read_clause(entry);
  }
}

void SpaceReader::read_clause(const Node& entry) {
  if (!entry.is_scalar()) {
    complaints_.add(entry.at,
                    "forbid: expected an expression like \"depth > 100\", got " + quoted(entry));
    return;
  }
  Expression expression = read_expression(entry.text);
  std::string objection = expression.objection;
  bool usable = objection.empty();
  for (const idl::Comparison& comparison : expression.all_of) {
    if (!knows(comparison.parameter)) {
      const std::string near = hint(comparison.parameter);
      complaints_.add(entry.at,
                      "forbid refers to \"" + comparison.parameter.substr(0, 64) + "\"" +
                          (near.empty() ? ", which is no parameter" : near));
      usable = false;
    } else if (const idl::Parameter* parameter = find(comparison.parameter); parameter == nullptr) {
      usable = false;
    } else if (objection.empty()) {
      objection = comparison_objection(*parameter, comparison.op, comparison.operands);
    }
  }
  if (!objection.empty()) {
    complaints_.add(entry.at, "forbid \"" + render(entry) + "\": " + objection);
    usable = false;
  }
  if (usable) {
    idl::ForbiddenClause clause;
    clause.text = entry.text;
    clause.all_of = std::move(expression.all_of);
    forbid_.push_back(std::move(clause));
  }
}

}  // namespace automl::engine::study_file
