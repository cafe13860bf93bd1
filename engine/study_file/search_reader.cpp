// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/search_reader.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>

#include "engine/study_file/nearest_name.hpp"
#include "engine/study_file/quantities.hpp"
#include "engine/study_file/value_rules.hpp"

#include "search/registry.hpp"
#include "search/scheduler_registry.hpp"

namespace automl::engine::study_file {

namespace {

constexpr std::size_t kMostInherited = 20;
constexpr std::size_t kMostConfigurations = 1'000;

// Names that other tools and later releases know.
constexpr std::array<const char*, 3> kLater = {"evolution", "pso", "random_forest"};

constexpr const char* kAuto = "auto";
constexpr const char* kNone = "none";
// The reported metric that counts steps: an option of every scheduler, for the engine.
constexpr const char* kStepMetric = "metric_step";

// `key: {name: {option: value}}`, or the name alone.
struct Named {
  std::string name;
  std::map<std::string, std::string> options;
};

void read_options(const std::string& key,
                  const Node& node,
                  const std::vector<std::string>& known,
                  Named& named,
                  Complaints& complaints) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string& name = node.keys[i].text;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      complaints.add(node.keys[i].at,
                     "unknown option \"" + render(node.keys[i]) + "\" of " + key + " " +
                         named.name + (complaints.full() ? "" : nearest_or_all(name, known)));
    } else if (!node.items[i].is_scalar()) {
      complaints.add(
          node.items[i].at,
          key + "." + named.name + "." + name + " must be a value, got " + quoted(node.items[i]));
    } else if (!named.options.emplace(name, node.items[i].text).second) {
      complaints.add(node.keys[i].at, "duplicate option \"" + render(node.keys[i]) + "\"");
    }
  }
}

using OptionsOf = std::function<std::vector<std::string>(const std::string& name)>;

Named read_named(const std::string& key,
                 const Node& node,
                 const std::vector<std::string>& known,
                 const OptionsOf& options_of,
                 Complaints& complaints) {
  Named named;
  const bool with_options = node.is_mapping() && node.items.size() == 1;
  if (!node.is_scalar() && !with_options) {
    complaints.add(node.at,
                   key + " must be a name or {name: {option: value}}, got " + quoted(node));
    return named;
  }
  const Node& name = with_options ? node.keys[0] : node;
  named.name = name.text;
  if (std::find(known.begin(), known.end(), name.text) == known.end()) {
    const bool later = std::find(kLater.begin(), kLater.end(), name.text) != kLater.end();
    complaints.add(name.at,
                   later
                       ? "\"" + key + ": " + name.text + "\" is not supported yet"
                       : "unknown " + key + " " + quoted(name) + nearest_or_all(name.text, known));
    return named;
  }
  if (with_options && node.items[0].is_mapping()) {
    read_options(key, node.items[0], options_of(name.text), named, complaints);
  } else if (with_options && node.items[0].kind != Node::Kind::kNull) {
    complaints.add(node.items[0].at,
                   "the options of " + name.text + " must be a mapping like {option: value}, got " +
                       quoted(node.items[0]));
  }
  return named;
}

std::vector<std::string> names_of(const std::vector<search::OptionHelp>& options) {
  std::vector<std::string> names;
  for (const search::OptionHelp& option : options) {
    names.push_back(option.name);
  }
  return names;
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
  std::vector<std::string> known = search::algorithm_names();
  known.insert(known.begin(), kAuto);
  const auto options_of = [](const std::string& name) {
    return name == kAuto ? std::vector<std::string>() : names_of(search::algorithm_options(name));
  };
  Named named = read_named("algorithm", node, known, options_of, complaints);
  idl::Algorithm algorithm;
  algorithm.name = std::move(named.name);
  algorithm.options = std::move(named.options);
  return algorithm;
}

idl::Scheduler read_scheduler(const Node& node, Complaints& complaints) {
  std::vector<std::string> known = search::scheduler_names();
  known.insert(known.begin(), kNone);
  const auto options_of = [](const std::string& name) {
    std::vector<std::string> names;
    if (name != kNone) {
      names = names_of(search::scheduler_options(name));
      names.emplace_back(kStepMetric);
    }
    return names;
  };
  Named named = read_named("scheduler", node, known, options_of, complaints);
  idl::Scheduler scheduler;
  if (const auto metric = named.options.extract(kStepMetric); !metric.empty()) {
    scheduler.step_metric = metric.mapped();
  }
  scheduler.name = named.name == kNone ? "" : std::move(named.name);
  scheduler.options = std::move(named.options);
  return scheduler;
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
