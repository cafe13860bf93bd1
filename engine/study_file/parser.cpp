// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/parser.hpp"

#include <algorithm>
#include <functional>

#include "engine/space_binding.hpp"
#include "engine/study_file/command_check.hpp"
#include "engine/study_file/complaints.hpp"
#include "engine/study_file/document.hpp"
#include "engine/study_file/explanation.hpp"
#include "engine/study_file/metric_reader.hpp"
#include "engine/study_file/objective_reader.hpp"
#include "engine/study_file/path_reader.hpp"
#include "engine/study_file/search_reader.hpp"
#include "engine/study_file/section.hpp"
#include "engine/study_file/space_reader.hpp"
#include "engine/study_search.hpp"

#include "search/registry.hpp"

namespace automl::engine::study_file {

namespace {

class StudyReader {
 public:
  StudyReader(const Section& study,
              const std::string& directory,
              Paths paths,
              Complaints& complaints)
      : study_(study), directory_(directory), paths_(paths), complaints_(complaints) {}

  idl::StudySpec read(const std::vector<idl::Node>& nodes) {
    spec_.name = study_.text("study").value_or("");
    read_paths(study_, directory_, paths_ == Paths::kMustExist, spec_, complaints_);
    read_measuring();
    read_search();
    read_command();
    read_stop_and_go();
    read_resources(nodes);
    read_limits();
    read_compare();
    if (!complaints_.any()) {
      check_measuring();
      check_given();
    }
    if (!complaints_.any()) {
      check_search();
    }
    return std::move(spec_);
  }

 private:
  void read_measuring() {
    if (const Node* objective = study_.find("objective")) {
      spec_.objectives = read_objectives(*objective, complaints_);
    }
    if (const Node* constraints = study_.find("constraints")) {
      spec_.constraints = read_constraints(*constraints, complaints_);
    }
    if (const Node* metrics = study_.find("metrics")) {
      spec_.metrics = read_metrics(*metrics, complaints_);
    }
  }

  void read_search() {
    SpaceReader space(complaints_);
    if (const Node* node = study_.find("space")) {
      space.read_space(*node);
    }
    if (const Node* forbid = study_.find("forbid")) {
      space.read_forbid(*forbid);
    }
    if (const Node* baseline = study_.find("baseline")) {
      spec_.baseline = read_configurations("baseline", *baseline, space, complaints_);
    }
    if (const Node* enqueue = study_.find("enqueue")) {
      spec_.enqueue = read_configurations("enqueue", *enqueue, space, complaints_);
    }
    spec_.algorithm.name = "auto";
    if (const Node* algorithm = study_.find("algorithm")) {
      spec_.algorithm = read_algorithm(*algorithm, complaints_);
    }
    if (const Node* scheduler = study_.find("scheduler")) {
      spec_.scheduler = read_scheduler(*scheduler, complaints_);
    }
    read_inherited();
    if (const Node* command = study_.find("command")) {
      check_command(*command, space, study_.attempted("code") ? "" : directory_, complaints_);
    }
    spec_.space = space.parameters();
    spec_.forbid = space.forbid();
  }

  void read_inherited() {
    const Node* inherit = study_.find("inherit");
    if (inherit == nullptr) {
      return;
    }
    spec_.inherit = read_inherit(*inherit, spec_.name, complaints_);
    const std::string& name = spec_.algorithm.name;
    const std::vector<std::string> known = search::algorithm_names();
    if (std::find(known.begin(), known.end(), name) != known.end() && !search::inherits(name)) {
      complaints_.add(inherit->at,
                      "inherit: algorithm " + name +
                          " does not learn from other studies; gp and "
                          "tpe do");
    }
  }

  void read_command() {
    spec_.command = study_.text("command").value_or("");
    spec_.parallel = static_cast<std::int32_t>(study_.integer("parallel").value_or(1));
    spec_.priority = static_cast<std::int32_t>(study_.integer("priority").value_or(1));
    spec_.retries = static_cast<std::int32_t>(study_.integer("retries").value_or(0));
    spec_.max_failures = static_cast<std::int32_t>(study_.integer("max_failures").value_or(1));
    spec_.seed = study_.integer("seed").value_or(-1);
  }

  void read_stop_and_go() {
    const Node* node = study_.find("stop_and_go");
    if (node == nullptr) {
      return;
    }
    const Section given(*node, "stop_and_go", "stop_and_go", complaints_);
    idl::StopAndGo wanted;
    wanted.max_parallel = static_cast<std::int32_t>(given.integer("max_parallel").value_or(0));
    wanted.stop_ratio = given.number("stop_ratio").value_or(0);
    if (given.has("max_parallel") && wanted.max_parallel < spec_.parallel) {
      complaints_.add(given.place("max_parallel"),
                      "stop_and_go.max_parallel must be at least parallel, which is " +
                          std::to_string(spec_.parallel));
    }
    if (!study_.attempted("command")) {
      complaints_.add(node->at,
                      "stop_and_go needs a command: trials that are driven by ask and tell hold no "
                      "slots");
    }
    spec_.__set_stop_and_go(wanted);
  }

  // A section that is absent has its defaults all the same.
  Section section(const std::string& key) {
    static const Node kAbsent = [] {
      Node node;
      node.kind = Node::Kind::kMapping;
      return node;
    }();
    const Node* given = study_.find(key);
    return {given == nullptr ? kAbsent : *given, key, key, complaints_};
  }

  void read_resources(const std::vector<idl::Node>& nodes) {
    const Section resources = section("resources");
    spec_.resources.gpus = static_cast<std::int32_t>(resources.integer("gpus").value_or(0));
    spec_.resources.cpus = static_cast<std::int32_t>(resources.integer("cpus").value_or(1));
    spec_.resources.memory_bytes = resources.integer("memory").value_or(0);
    spec_.resources.time_s = resources.integer("time").value_or(0);
    if (!nodes.empty()) {
      check_resources(resources, nodes);
    }
  }

  void check_resources(const Section& resources, const std::vector<idl::Node>& nodes) {
    const idl::Resources& wanted = spec_.resources;
    const auto largest = [&](const std::function<std::int64_t(const idl::Node&)>& size) {
      std::int64_t most = 0;
      for (const idl::Node& node : nodes) {
        most = std::max(most, size(node));
      }
      return most;
    };
    const auto refuse = [&](const std::string& key, const std::string& most) {
      complaints_.add(resources.place(key),
                      "resources." + key + ": " + resources.text(key).value_or("") +
                          " asked for; the largest node has " + most);
    };
    const std::int64_t gpus =
        largest([](const idl::Node& node) { return static_cast<std::int64_t>(node.gpus.size()); });
    const std::int64_t cpus =
        largest([](const idl::Node& node) { return std::int64_t{node.cpus}; });
    const std::int64_t memory = largest([](const idl::Node& node) { return node.memory_bytes; });
    bool fits = true;
    if (wanted.gpus > gpus) {
      refuse("gpus", std::to_string(gpus));
      fits = false;
    }
    if (wanted.cpus > cpus) {
      refuse("cpus", std::to_string(cpus));
      fits = false;
    }
    if (wanted.memory_bytes > memory) {
      refuse("memory", std::to_string(memory >> 20) + " MiB");
      fits = false;
    }
    const bool somewhere = std::any_of(nodes.begin(), nodes.end(), [&](const idl::Node& node) {
      return wanted.cpus <= node.cpus && wanted.memory_bytes <= node.memory_bytes &&
             wanted.gpus <= static_cast<std::int64_t>(node.gpus.size());
    });
    if (fits && !somewhere) {
      complaints_.add(resources.node().at, "resources: no node has all of this at once");
    }
  }

  void read_limits() {
    const Section budget = section("budget");
    spec_.budget.time_s = budget.integer("time").value_or(0);
    const bool by_time_only = spec_.budget.time_s > 0 && !budget.attempted("trials");
    spec_.budget.trials = by_time_only ? 0 : budget.integer("trials").value_or(0);
    if (const auto target = budget.number("target")) {
      spec_.budget.__set_target(*target);
    }
  }

  void read_compare() {
    const Node* node = study_.find("compare");
    if (node == nullptr) {
      return;
    }
    const Section compare(*node, "compare", "compare", complaints_);
    spec_.compare_seeds = static_cast<std::int32_t>(compare.integer("seeds").value_or(0));
    if (!study_.attempted("command")) {
      complaints_.add(
          node->at,
          "compare needs a command: trials that are driven by ask and tell cannot be run "
          "again");
    }
  }

  // What several keys say about metrics must go together.
  void check_measuring() {
    if (const Node* constraints = study_.find("constraints")) {
      check_constraints(*constraints, spec_, complaints_);
    }
    if (spec_.budget.__isset.target && spec_.objectives.size() > 1) {
      complaints_.add(section("budget").place("target"),
                      "budget.target needs one objective: of several, a trial may be as good as "
                      "wanted in one and useless in the others; bound them by constraints");
    }
    if (spec_.compare_seeds > 0 && spec_.objectives.size() > 1) {
      complaints_.add(study_.place("compare"),
                      "compare needs one objective: several have a front of trials and no winner "
                      "to run again");
    }
  }

  // What is given must be configurations of the space as a whole, too.
  void check_given() {
    try {
      const search::SearchSpace space = make_space(spec_.space, spec_.forbid);
      check_configurations("baseline", spec_.baseline, space);
      check_configurations("enqueue", spec_.enqueue, space);
    } catch (const search::SpaceError& error) {
      complaints_.add(study_.place("space"), std::string("space: ") + error.what());
    }
  }

  void check_configurations(const std::string& key,
                            const std::vector<std::vector<idl::Assignment>>& configurations,
                            const search::SearchSpace& space) {
    const Node* list = study_.find(key);
    for (std::size_t i = 0; i < configurations.size(); ++i) {
      const std::string objection = configuration_objection(space, spec_, configurations[i]);
      if (!objection.empty()) {
        complaints_.add(list->items[i].at, key + "[" + std::to_string(i) + "]: " + objection);
      }
    }
  }

  // What only the sampler knows: its options, a space it cannot search.
  void check_search() {
    try {
      const auto search = make_search(spec_);
      check_scheduler(search->space);
    } catch (const search::SpaceError& error) {
      complaints_.add(study_.place("space"), std::string("space: ") + error.what());
    } catch (const search::OptionError& error) {
      complaints_.add(study_.place("algorithm"), std::string("algorithm: ") + error.what());
    }
  }

  void check_scheduler(const search::SearchSpace& space) {
    try {
      make_scheduler(spec_, space);
    } catch (const search::OptionError& error) {
      complaints_.add(study_.place("scheduler"), std::string("scheduler: ") + error.what());
    }
  }

  const Section& study_;
  const std::string& directory_;
  Paths paths_;
  Complaints& complaints_;
  idl::StudySpec spec_;
};

// Of the keys at the top and those right below.
std::map<std::string, Position> places_in(const Node& study) {
  std::map<std::string, Position> places;
  for (std::size_t i = 0; i < study.keys.size(); ++i) {
    const std::string& key = study.keys[i].text;
    places[key] = study.keys[i].at;
    const Node& value = study.items[i];
    for (const Node& below : value.keys) {
      places[key + "." + below.text] = below.at;
    }
  }
  return places;
}

}  // namespace

Parsed parse(const std::string& text,
             const std::string& path,
             const std::string& directory,
             const std::vector<idl::Node>& nodes,
             Paths paths) {
  Parsed parsed;
  Complaints complaints;
  const std::optional<Node> document = read_document(text, complaints);
  if (document && !document->is_mapping()) {
    complaints.add(document->at,
                   path + " is not a study file: expected keys like study: and space:, got " +
                       quoted(*document));
  } else if (document) {
    const Section study(*document, "", "", complaints);
    idl::StudySpec spec = StudyReader(study, directory, paths, complaints).read(nodes);
    if (!complaints.any()) {
      parsed.spec = std::move(spec);
      parsed.keys = explain(*document);
      parsed.places = places_in(*document);
    }
  }
  if (complaints.any()) {
    parsed.errors = complaints.in_order(text);
  }
  return parsed;
}

}  // namespace automl::engine::study_file
