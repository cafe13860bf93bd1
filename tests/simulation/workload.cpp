// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/workload.hpp"

#include <algorithm>

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
  spec.objective.metric = "loss";
  spec.objective.goal = dice.chance(0.5) ? idl::Goal::MINIMIZE : idl::Goal::MAXIMIZE;
  spec.objective.rule = dice.pick(rules);
  spec.objective.window = static_cast<std::int32_t>(dice.between(1, 4));
  spec.space = random_space(dice);
  spec.algorithm.name = dice.pick(algorithms);
  if (dice.chance(0.3)) {
    spec.baseline.emplace_back();
  }
  if (dice.chance(0.2)) {
    spec.enqueue.resize(static_cast<std::size_t>(dice.between(1, 3)));
  }
  if (!spec.command.empty() && dice.chance(0.3)) {
    spec.compare_seeds = static_cast<std::int32_t>(dice.between(2, 3));
  }
  if (name != "study-0" && dice.chance(0.2)) {
    spec.inherit = {"study-0"};
  }
  spec.parallel = static_cast<std::int32_t>(dice.between(1, 4));
  spec.resources = random_resources(dice, nodes);
  spec.budget.trials = dice.between(1, 9);
  if (dice.chance(0.1)) {
    spec.budget.time_s = dice.between(30, 300);
  }
  if (dice.chance(0.1)) {
    spec.budget.__set_target(static_cast<double>(dice.between(-100, 100)));
  }
  spec.retries = static_cast<std::int32_t>(dice.between(0, 2));
  spec.max_failures = static_cast<std::int32_t>(dice.between(1, 10));
  spec.seed = dice.chance(0.3) ? -1 : dice.between(0, 1'000'000);
  return spec;
}

idl::SessionSpec random_session(Dice& dice, const std::vector<idl::Node>& nodes) {
  idl::SessionSpec spec;
  spec.command = "train once";
  spec.resources = random_resources(dice, nodes);
  spec.retries = static_cast<std::int32_t>(dice.between(0, 2));
  return spec;
}

}  // namespace automl::simulation
