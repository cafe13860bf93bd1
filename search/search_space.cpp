// SPDX-License-Identifier: Apache-2.0
#include "search/search_space.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <boost/graph/topological_sort.hpp>

namespace automl::search {

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

// Follows an edge of the search that closes a cycle back to its start.
class CycleFinder : public boost::default_dfs_visitor {
 public:
  CycleFinder(std::vector<std::size_t>& stack, std::vector<std::size_t>& cycle)
      : stack_(stack), cycle_(cycle) {}
  void discover_vertex(std::size_t vertex, const Graph&) { stack_.push_back(vertex); }
  void finish_vertex(std::size_t, const Graph&) { stack_.pop_back(); }
  void back_edge(const Graph::edge_descriptor& edge, const Graph&) {
    if (cycle_.empty()) {
      cycle_.assign(std::find(stack_.begin(), stack_.end(), edge.m_target), stack_.end());
      cycle_.push_back(edge.m_target);
    }
  }

 private:
  std::vector<std::size_t>& stack_;
  std::vector<std::size_t>& cycle_;
};

void check_range(const Parameter& parameter, std::size_t index) {
  const bool number = parameter.kind == Kind::kFloat || parameter.kind == Kind::kInt;
  if (!number) {
    if (parameter.choices == 0) {
      throw SpaceError(index, parameter.name + " has no choices");
    }
    return;
  }
  if (!std::isfinite(parameter.low) || !std::isfinite(parameter.high)) {
    throw SpaceError(index, parameter.name + " needs finite bounds");
  }
  if (parameter.low > parameter.high) {
    throw SpaceError(index, parameter.name + " has an empty range");
  }
  if (parameter.log && parameter.low <= 0) {
    throw SpaceError(index, parameter.name + ": log needs a lower bound above 0");
  }
  if (parameter.step < 0) {
    throw SpaceError(index, parameter.name + ": step must be positive");
  }
}

std::vector<std::size_t> topological_order(const std::vector<Parameter>& parameters) {
  Graph graph(parameters.size());
  for (std::size_t child = 0; child < parameters.size(); ++child) {
    for (const Comparison& condition : parameters[child].conditions) {
      if (condition.parameter >= parameters.size()) {
        throw SpaceError(child, parameters[child].name + " depends on an unknown parameter");
      }
      boost::add_edge(condition.parameter, child, graph);
    }
  }
  std::vector<std::size_t> stack;
  std::vector<std::size_t> cycle;
  boost::depth_first_search(graph, boost::visitor(CycleFinder(stack, cycle)));
  if (!cycle.empty()) {
    std::string path;
    for (const std::size_t vertex : cycle) {
      path += (path.empty() ? "" : " → ") + parameters[vertex].name;
    }
    throw SpaceError(cycle.front(), "the conditions form a cycle: " + path);
  }
  std::vector<std::size_t> order;
  boost::topological_sort(graph, std::back_inserter(order));
  std::reverse(order.begin(), order.end());
  return order;
}

bool stepped(const Parameter& parameter) {
  return parameter.kind == Kind::kInt || parameter.step > 0;
}

double step_of(const Parameter& parameter) { return parameter.step > 0 ? parameter.step : 1; }

double snap(const Parameter& parameter, double value) {
  if (parameter.kind != Kind::kFloat && parameter.kind != Kind::kInt) {
    const double last =
        parameter.kind == Kind::kBool ? 1 : static_cast<double>(parameter.choices - 1);
    return std::clamp(std::round(value), 0.0, last);
  }
  value = std::clamp(value, parameter.low, parameter.high);
  if (!stepped(parameter)) {
    return value;
  }
  const double step = step_of(parameter);
  const double last = std::floor((parameter.high - parameter.low) / step + 1e-9);
  return parameter.low + std::clamp(std::round((value - parameter.low) / step), 0.0, last) * step;
}

double fallback(const Parameter& parameter) {
  if (parameter.default_value) {
    return *parameter.default_value;
  }
  if (parameter.kind != Kind::kFloat && parameter.kind != Kind::kInt) {
    return 0;
  }
  const double middle = parameter.log ? std::sqrt(parameter.low) * std::sqrt(parameter.high)
                                      : parameter.low / 2 + parameter.high / 2;
  return snap(parameter, middle);
}

std::size_t values_of(const Parameter& parameter) {
  switch (parameter.kind) {
    case Kind::kBool:
      return 2;
    case Kind::kFloat:
    case Kind::kInt:
      return static_cast<std::size_t>(
          std::floor((parameter.high - parameter.low) / step_of(parameter) + 1e-9) + 1);
    default:
      return parameter.choices;
  }
}

}  // namespace

bool Comparison::holds(const Configuration& configuration) const {
  const double value = configuration.values[parameter];
  if (std::isnan(value)) {
    return false;
  }
  switch (relation) {
    case Relation::kEqual:
      return value == operands.front();
    case Relation::kNotEqual:
      return value != operands.front();
    case Relation::kLess:
      return value < operands.front();
    case Relation::kLessOrEqual:
      return value <= operands.front();
    case Relation::kGreater:
      return value > operands.front();
    case Relation::kGreaterOrEqual:
      return value >= operands.front();
    case Relation::kAnyOf:
      return std::find(operands.begin(), operands.end(), value) != operands.end();
  }
  return false;
}

SearchSpace::SearchSpace(std::vector<Parameter> parameters, std::vector<Forbidden> forbidden)
    : parameters_(std::move(parameters)), forbidden_(std::move(forbidden)) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    check_range(parameters_[i], i);
    conditional_ = conditional_ || !parameters_[i].conditions.empty();
  }
  for (const Forbidden& clause : forbidden_) {
    for (const Comparison& comparison : clause.all_of) {
      if (comparison.parameter >= parameters_.size()) {
        throw SpaceError(0, "a forbidden clause names an unknown parameter");
      }
    }
  }
  order_ = topological_order(parameters_);
}

Configuration SearchSpace::repair(Configuration configuration) const {
  configuration.values.resize(size(), kInactive);
  for (const std::size_t i : order_) {
    const Parameter& parameter = parameters_[i];
    const bool is_active = std::all_of(
        parameter.conditions.begin(), parameter.conditions.end(), [&](const Comparison& condition) {
          return condition.holds(configuration);
        });
    double& value = configuration.values[i];
    if (!is_active) {
      value = kInactive;
    } else {
      value = snap(parameter, std::isnan(value) ? fallback(parameter) : value);
    }
  }
  return configuration;
}

Configuration SearchSpace::defaults() const { return repair(Configuration()); }

bool SearchSpace::allowed(const Configuration& configuration) const {
  return std::none_of(forbidden_.begin(), forbidden_.end(), [&](const Forbidden& clause) {
    return std::all_of(clause.all_of.begin(), clause.all_of.end(), [&](const Comparison& one) {
      return one.holds(configuration);
    });
  });
}

bool SearchSpace::valid(const Configuration& configuration) const {
  return configuration.values.size() == size() && repair(configuration) == configuration &&
         allowed(configuration);
}

std::string SearchSpace::objection(const Configuration& configuration) const {
  if (configuration.values.size() != size()) {
    return "it has " + std::to_string(configuration.values.size()) + " values for " +
           std::to_string(size()) + " parameters";
  }
  const Configuration repaired = repair(configuration);
  for (std::size_t i = 0; i < size(); ++i) {
    const double value = configuration.values[i];
    const double right = repaired.values[i];
    if (std::isnan(value) && !std::isnan(right)) {
      return parameters_[i].name + " is missing";
    }
    if (!std::isnan(value) && std::isnan(right)) {
      return parameters_[i].name + " is inactive here";
    }
    if (!std::isnan(value) && value != right) {
      return parameters_[i].name + " is outside its range or off its step";
    }
  }
  return allowed(configuration) ? "" : "it is forbidden";
}

std::optional<std::size_t> SearchSpace::cardinality(std::size_t limit) const {
  const bool infinite =
      std::any_of(parameters_.begin(), parameters_.end(), [](const Parameter& parameter) {
        return parameter.kind == Kind::kFloat && parameter.step <= 0 &&
               parameter.low < parameter.high;
      });
  if (infinite) {
    return std::nullopt;
  }
  if (!conditional_) {
    double product = 1;
    for (const Parameter& parameter : parameters_) {
      product *= static_cast<double>(values_of(parameter));
    }
    return product <= static_cast<double>(limit) ? std::optional(static_cast<std::size_t>(product))
                                                 : std::nullopt;
  }
  // Walks the tree of active parameters in topological order, counting leaves.
  std::size_t leaves = 0;
  std::size_t visited = 0;
  Configuration configuration{std::vector<double>(size(), kInactive)};
  const auto walk = [&](const auto& self, std::size_t depth) -> void {
    if (leaves > limit || ++visited > 64 * (limit + 1)) {
      leaves = limit + 1;
      return;
    }
    if (depth == order_.size()) {
      ++leaves;
      return;
    }
    const std::size_t i = order_[depth];
    const Parameter& parameter = parameters_[i];
    const bool is_active = std::all_of(
        parameter.conditions.begin(), parameter.conditions.end(), [&](const Comparison& condition) {
          return condition.holds(configuration);
        });
    const bool numeric = parameter.kind == Kind::kFloat || parameter.kind == Kind::kInt;
    const std::size_t count = is_active ? values_of(parameter) : 1;
    for (std::size_t k = 0; k < count && leaves <= limit; ++k) {
      const double offset = static_cast<double>(k);
      configuration.values[i] = !is_active ? kInactive
                                : numeric  ? parameter.low + offset * step_of(parameter)
                                           : offset;
      self(self, depth + 1);
    }
    configuration.values[i] = kInactive;
  };
  walk(walk, 0);
  return leaves <= limit ? std::optional(leaves) : std::nullopt;
}

}  // namespace automl::search
