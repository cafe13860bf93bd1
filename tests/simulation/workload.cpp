// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/workload.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

namespace automl::simulation {

namespace {

idl::Parameter number(const std::string& name,
                      idl::ParameterKind::type kind,
                      double low,
                      double high) {
  idl::Parameter parameter;
  parameter.name = name;
  parameter.kind = kind;
  parameter.low = low;
  parameter.high = high;
  return parameter;
}

idl::Value text(const std::string& word) {
  idl::Value value;
  value.__set_text(word);
  return value;
}

std::vector<idl::Parameter> random_space(Dice& dice) {
  std::vector<idl::Parameter> space;
  space.push_back(number("lr", idl::ParameterKind::FLOAT, 1e-4, 1));
  space.back().log = true;
  space.push_back(number("depth", idl::ParameterKind::INT, 1, 64));
  if (dice.chance(0.5)) {
    idl::Parameter optimizer;
    optimizer.name = "optimizer";
    optimizer.kind = idl::ParameterKind::CHOICE;
    optimizer.choices = {text("sgd"), text("adam"), text("lion")};
    idl::Parameter momentum = number("momentum", idl::ParameterKind::FLOAT, 0, 0.99);
    idl::Comparison condition;
    condition.parameter = "optimizer";
    condition.op = idl::ComparisonOp::EQUAL;
    condition.operands = {text("sgd")};
    momentum.conditions = {condition};
    space.push_back(std::move(optimizer));
    space.push_back(std::move(momentum));
  }
  return space;
}

// About half of the trials miss each.
std::vector<idl::Constraint> random_constraints(Dice& dice) {
  static const std::vector<idl::ComparisonOp::type> ops = {idl::ComparisonOp::LESS,
                                                           idl::ComparisonOp::LESS_OR_EQUAL,
                                                           idl::ComparisonOp::GREATER,
                                                           idl::ComparisonOp::GREATER_OR_EQUAL};
  static const std::vector<std::string> metrics = {"loss", "other", "latency"};
  std::vector<idl::Constraint> constraints(static_cast<std::size_t>(dice.between(1, 2)));
  for (idl::Constraint& constraint : constraints) {
    constraint.metric = dice.pick(metrics);
    constraint.op = dice.pick(ops);
    constraint.bound = static_cast<double>(dice.between(-20, 20));
  }
  return constraints;
}

// Rungs and intervals that the few reports of a simulated program reach.
idl::Scheduler random_scheduler(Dice& dice) {
  static const std::vector<std::pair<std::string, std::map<std::string, std::string>>> schedulers =
      {{"threshold", {{"upper", "60"}}},
       {"median", {{"startup", "1"}}},
       {"patience", {{"steps", "2"}}},
       {"asha", {{"reduction", "2"}}},
       {"asha", {{"reduction", "2"}, {"variant", "promote"}}},
       {"asha", {{"reduction", "2"}, {"variant", "promote"}, {"max", "5"}}},
       {"pbt", {{"interval", "2"}, {"fraction", "0.5"}}},
       {"pbt", {{"interval", "2"}, {"exploit", "tournament"}}},
       {"pbt", {{"interval", "2"}, {"fraction", "0.5"}, {"population", "4"}}},
       {"pbt", {{"interval", "3"}, {"fraction", "0.5"}, {"resample", "0"}}},
       {"hyperband", {{"reduction", "2"}, {"max", "6"}}},
       {"hyperband", {{"reduction", "2"}, {"max", "6"}, {"variant", "stop"}}}};
  idl::Scheduler scheduler;
  std::tie(scheduler.name, scheduler.options) = dice.pick(schedulers);
  return scheduler;
}

}  // namespace

idl::Resources random_resources(Dice& dice, const std::vector<idl::Node>& nodes) {
  const idl::Node& node = dice.pick(nodes);
  idl::Resources resources;
  resources.cpus = static_cast<std::int32_t>(dice.between(1, std::min(2, node.cpus)));
  resources.gpus =
      static_cast<std::int32_t>(dice.between(0, static_cast<std::int64_t>(node.gpus.size())));
  resources.memory_bytes = dice.between(0, 2) << 29;
  resources.time_s = dice.between(15, 90);
  return resources;
}

idl::StudySpec random_study(Dice& dice,
                            const std::string& name,
                            const std::vector<idl::Node>& nodes) {
  static const std::vector<std::string> algorithms = {"sobol", "sobol", "random", "random", "tpe"};
  static const std::vector<idl::ValueRule::type> rules = {
      idl::ValueRule::LAST, idl::ValueRule::BEST, idl::ValueRule::MEAN_LAST};
  idl::StudySpec spec;
  spec.name = name;
  spec.datasets = {"/data/digits"};
  spec.command = dice.chance(0.25) ? "" : "train ${args}";
  spec.objectives.resize(dice.chance(0.25) ? 2 : 1);
  spec.objectives[0].metric = "loss";
  spec.objectives[0].goal = dice.chance(0.5) ? idl::Goal::MINIMIZE : idl::Goal::MAXIMIZE;
  spec.objectives[0].rule = dice.pick(rules);
  spec.objectives[0].window = static_cast<std::int32_t>(dice.between(1, 4));
  if (spec.objectives.size() > 1) {
    spec.objectives[1].metric = "other";
    spec.objectives[1].goal = dice.chance(0.5) ? idl::Goal::MINIMIZE : idl::Goal::MAXIMIZE;
    spec.objectives[1].rule = dice.pick(rules);
    spec.objectives[1].window = static_cast<std::int32_t>(dice.between(1, 4));
  }
  if (dice.chance(0.3)) {
    spec.constraints = random_constraints(dice);
  }
  spec.space = random_space(dice);
  spec.algorithm.name = dice.pick(algorithms);
  if (dice.chance(0.3)) {
    spec.baseline.emplace_back();
  }
  if (dice.chance(0.2)) {
    spec.enqueue.resize(static_cast<std::size_t>(dice.between(1, 3)));
  }
  if (!spec.command.empty() && spec.objectives.size() == 1 && dice.chance(0.3)) {
    spec.compare_seeds = static_cast<std::int32_t>(dice.between(2, 3));
  }
  if (name != "study-0" && dice.chance(0.2)) {
    spec.inherit = {"study-0"};
  }
  if (!spec.command.empty() && spec.objectives.size() == 1 && dice.chance(0.5)) {
    spec.scheduler = random_scheduler(dice);
  }
  const bool population = spec.scheduler.name == "pbt";
  spec.compare_seeds = population ? 0 : spec.compare_seeds;
  spec.parallel = static_cast<std::int32_t>(dice.between(population ? 3 : 1, 4));
  spec.priority = static_cast<std::int32_t>(dice.between(0, 3));
  if (!spec.command.empty() && dice.chance(0.4)) {
    idl::StopAndGo lending;
    lending.max_parallel = spec.parallel + static_cast<std::int32_t>(dice.between(0, 4));
    lending.stop_ratio = 0.25 * static_cast<double>(dice.between(0, 4));
    spec.__set_stop_and_go(lending);
  }
  spec.resources = random_resources(dice, nodes);
  spec.budget.trials = dice.between(population ? 4 : 1, 9);
  if (dice.chance(0.1)) {
    spec.budget.time_s = dice.between(30, 300);
  }
  if (dice.chance(0.2)) {
    spec.budget.__set_target(static_cast<double>(dice.between(-100, 100)));
  }
  spec.retries = static_cast<std::int32_t>(dice.between(0, 2));
  spec.max_failures = static_cast<std::int32_t>(dice.between(1, 10));
  spec.seed = dice.chance(0.3) ? -1 : dice.between(0, 1'000'000);
  return spec;
}

void lengthen(Dice& dice, idl::StudySpec& spec) {
  static const std::vector<std::string> algorithms = {"sobol", "random", "random", "random"};
  if (dice.chance(0.9)) {
    spec.algorithm.name = dice.pick(algorithms);  // one that learns is slow, and is tried anyway
  }
  spec.budget.trials = dice.between(20, spec.algorithm.name == "tpe" ? 40 : 100);
  spec.budget.time_s = 0;
  if (dice.chance(0.8)) {
    spec.budget.__isset.target = false;
  }
  spec.max_failures = static_cast<std::int32_t>(dice.between(10, 2 * spec.budget.trials));
  const auto more = static_cast<std::int32_t>(dice.between(2, 6));
  spec.parallel += more;
  if (spec.__isset.stop_and_go) {
    spec.stop_and_go.max_parallel += more;
  }
  if (spec.command.empty() && dice.chance(0.7)) {
    spec.command = "train ${args}";
  }
  spec.resources.cpus = 1;
  spec.resources.gpus = std::min(spec.resources.gpus, 1);
}

idl::Outcome random_outcome(Dice& dice, const idl::StudySpec& spec) {
  idl::Outcome outcome;
  if (dice.chance(0.15)) {
    outcome.failure = "it failed";
    return outcome;
  }
  const auto value = [&dice] {
    return dice.chance(0.05) ? std::numeric_limits<double>::quiet_NaN()
                             : static_cast<double>(dice.between(-1'000, 1'000)) / 8;
  };
  for (const idl::Objective& objective : spec.objectives) {
    outcome.metrics[objective.metric] = value();
  }
  for (const idl::Constraint& constraint : spec.constraints) {
    outcome.metrics.emplace(constraint.metric, value());
  }
  if (dice.chance(0.5)) {
    const auto first = outcome.metrics.find(spec.objectives.front().metric);
    outcome.__set_value(first->second);
    outcome.metrics.erase(first);
  }
  return outcome;
}

idl::SessionSpec random_session(Dice& dice, const std::vector<idl::Node>& nodes) {
  idl::SessionSpec spec;
  spec.command = "train once";
  spec.resources = random_resources(dice, nodes);
  spec.retries = static_cast<std::int32_t>(dice.between(0, 2));
  return spec;
}

}  // namespace automl::simulation
