// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/search_reader.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <utility>

#include "engine/study_file/nearest_name.hpp"
#include "engine/study_file/quantities.hpp"
#include "engine/study_file/value_rules.hpp"

#include "search/registry.hpp"

namespace automl::engine::study_file {

namespace {

constexpr std::size_t kMostInherited = 20;
constexpr std::size_t kMostConfigurations = 1'000;

// Names that other tools and later releases know.
constexpr std::array<const char*, 5> kLater = {
    "bohb", "hyperband", "evolution", "pso", "random_forest"};

void read_options(const Node& node, idl::Algorithm& algorithm, Complaints& complaints) {
  std::vector<std::string> known;
  if (algorithm.name != "auto") {
    for (const search::OptionHelp& option : search::algorithm_options(algorithm.name)) {
      known.push_back(option.name);
    }
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string& name = node.keys[i].text;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      complaints.add(node.keys[i].at,
                     "unknown option \"" + render(node.keys[i]) + "\" of algorithm " +
                         algorithm.name + (complaints.full() ? "" : did_you_mean(name, known)));
    } else if (!node.items[i].is_scalar()) {
      complaints.add(node.items[i].at,
                     "algorithm." + algorithm.name + "." + name + " must be a value, got " +
                         quoted(node.items[i]));
    } else if (!algorithm.options.emplace(name, node.items[i].text).second) {
      complaints.add(node.keys[i].at, "duplicate option \"" + render(node.keys[i]) + "\"");
    }
  }
}

// One entry of `baseline` or `enqueue`.
class ConfigurationReader {
 public:
  ConfigurationReader(std::string shown, const SpaceReader& space, Complaints& complaints)
      : shown_(std::move(shown)), space_(space), complaints_(complaints) {}

  std::vector<idl::Assignment> read(const Node& entry) {
    if (!entry.is_mapping()) {
      complaints_.add(entry.at, shown_ + " must be a mapping like {lr: 0.1}, got " + quoted(entry));
      return {};
    }
    for (std::size_t i = 0; i < entry.items.size(); ++i) {
      read_value(entry.keys[i], entry.items[i]);
    }
    return std::move(assignments_);
  }

 private:
  void read_value(const Node& name, const Node& value) {
    if (!seen_.insert(name.text).second) {
      complaints_.add(name.at, shown_ + " names \"" + render(name) + "\" twice");
      return;
    }
    if (!space_.knows(name.text)) {
      const std::string hint = space_.hint(name.text);
      complaints_.add(name.at,
                      shown_ + " refers to \"" + render(name) + "\"" +
                          (hint.empty() ? ", which is no parameter" : hint));
      return;
    }
    const idl::Parameter* parameter = space_.find(name.text);
    if (parameter == nullptr) {
      return;
    }
    if (!value.is_scalar()) {
      complaints_.add(value.at,
                      shown_ + "." + name.text + " must be " + values_of(*parameter) + ", got " +
                          quoted(value));
      return;
    }
    Admission admission = admit(*parameter, to_value(value));
    if (!admission.value) {
      complaints_.add(value.at, shown_ + "." + name.text + " " + admission.objection);
      return;
    }
    idl::Assignment assignment;
    assignment.parameter = name.text;
    assignment.value = *admission.value;
    assignments_.push_back(std::move(assignment));
  }

  std::string shown_;
  const SpaceReader& space_;
  Complaints& complaints_;
  std::unordered_set<std::string> seen_;
  std::vector<idl::Assignment> assignments_;
};

}  // namespace

idl::Algorithm read_algorithm(const Node& node, Complaints& complaints) {
  idl::Algorithm algorithm;
  const bool with_options = node.is_mapping() && node.items.size() == 1;
  if (!node.is_scalar() && !with_options) {
    complaints.add(node.at,
                   "algorithm must be a name or {name: {option: value}}, got " + quoted(node));
    return algorithm;
  }
  const Node& name = with_options ? node.keys[0] : node;
  std::vector<std::string> known = search::algorithm_names();
  known.insert(known.begin(), "auto");
  algorithm.name = name.text;
  if (std::find(known.begin(), known.end(), name.text) == known.end()) {
    const bool later = std::find(kLater.begin(), kLater.end(), name.text) != kLater.end();
    complaints.add(name.at,
                   later ? "\"algorithm: " + name.text + "\" is not supported yet"
                         : "unknown algorithm " + quoted(name) + did_you_mean(name.text, known));
    return algorithm;
  }
  if (with_options && node.items[0].is_mapping()) {
    read_options(node.items[0], algorithm, complaints);
  } else if (with_options && node.items[0].kind != Node::Kind::kNull) {
    complaints.add(node.items[0].at,
                   "the options of " + name.text + " must be a mapping like {option: value}, got " +
                       quoted(node.items[0]));
  }
  return algorithm;
}

std::vector<std::string> read_inherit(const Node& node,
                                      const std::string& study,
                                      Complaints& complaints) {
  std::vector<std::string> names;
  if (!node.is_scalar() && !node.is_list()) {
    complaints.add(node.at,
                   "inherit must be the name of a study, or a list of names, got " + quoted(node));
    return names;
  }
  if (node.items.size() > kMostInherited) {
    complaints.add(node.at, "inherit has more than 20 entries");
    return names;
  }
  const std::vector<Node> entries = node.is_list() ? node.items : std::vector<Node>{node};
  for (const Node& entry : entries) {
    if (!entry.is_scalar() || !valid_name(entry.text)) {
      complaints.add(entry.at, "inherit must name a study, got " + quoted(entry));
    } else if (entry.text == study) {
      complaints.add(entry.at, "a study cannot inherit from itself");
    } else if (std::find(names.begin(), names.end(), entry.text) != names.end()) {
      complaints.add(entry.at, "inherit names \"" + entry.text + "\" twice");
    } else {
      names.push_back(entry.text);
    }
  }
  return names;
}

std::vector<std::vector<idl::Assignment>> read_configurations(const std::string& key,
                                                              const Node& node,
                                                              const SpaceReader& space,
                                                              Complaints& complaints) {
  std::vector<std::vector<idl::Assignment>> configurations;
  if (!node.is_list()) {
    complaints.add(node.at, key + " must be a list like [{lr: 0.1}], got " + quoted(node));
    return configurations;
  }
  if (node.items.size() > kMostConfigurations) {
    complaints.add(node.at, key + " has more than 1000 entries");
    return configurations;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    configurations.push_back(
        ConfigurationReader(key + "[" + std::to_string(i) + "]", space, complaints)
            .read(node.items[i]));
  }
  return configurations;
}

}  // namespace automl::engine::study_file
