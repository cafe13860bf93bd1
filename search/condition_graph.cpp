// SPDX-License-Identifier: Apache-2.0
#include "search/condition_graph.hpp"

#include <algorithm>
#include <string>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>

namespace automl::search {
namespace {

// Edges lead from a parent to its children.
using Graph = boost::adjacency_list<boost::setS, boost::vecS, boost::bidirectionalS>;

// Keeps the path from the root of the search; an edge back into it closes a cycle.
class CycleVisitor : public boost::default_dfs_visitor {
 public:
  explicit CycleVisitor(const std::vector<Parameter>& parameters, std::vector<std::size_t>& path)
      : parameters_(parameters), path_(path) {}

  void discover_vertex(std::size_t vertex, const Graph&) { path_.push_back(vertex); }
  void finish_vertex(std::size_t, const Graph&) { path_.pop_back(); }
  void back_edge(const boost::graph_traits<Graph>::edge_descriptor& edge, const Graph& graph) {
    const std::size_t first = boost::target(edge, graph);
    std::string cycle;
    for (auto at = std::find(path_.begin(), path_.end(), first); at != path_.end(); ++at) {
      cycle += parameters_[*at].name + " → ";
    }
    throw SpaceError(first, "the conditions form a cycle: " + cycle + parameters_[first].name);
  }

 private:
  const std::vector<Parameter>& parameters_;
  std::vector<std::size_t>& path_;
};

Graph graph_of(const std::vector<Parameter>& parameters) {
  Graph graph(parameters.size());
  for (std::size_t child = 0; child < parameters.size(); ++child) {
    for (const Comparison& condition : parameters[child].conditions) {
      if (condition.parameter >= parameters.size()) {
        throw SpaceError(child, parameters[child].name + " depends on an unknown parameter");
      }
      boost::add_edge(condition.parameter, child, graph);
    }
  }
  return graph;
}

// Appends `vertex`, then the children it was the last missing parent of, each with its branch.
void place(const Graph& graph,
           std::size_t vertex,
           std::vector<std::size_t>& missing_parents,
           std::vector<std::size_t>& order) {
  std::vector<std::size_t> waiting{vertex};
  while (!waiting.empty()) {
    const std::size_t next = waiting.back();
    waiting.pop_back();
    order.push_back(next);
    std::vector<std::size_t> ready;
    for (auto [child, end] = boost::adjacent_vertices(next, graph); child != end; ++child) {
      if (--missing_parents[*child] == 0) {
        ready.push_back(*child);
      }
    }
    waiting.insert(waiting.end(), ready.rbegin(), ready.rend());
  }
}

}  // namespace

std::vector<std::size_t> order_by_conditions(const std::vector<Parameter>& parameters) {
  const Graph graph = graph_of(parameters);
  std::vector<std::size_t> path;
  boost::depth_first_search(graph, boost::visitor(CycleVisitor(parameters, path)));
  std::vector<std::size_t> missing_parents;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    missing_parents.push_back(boost::in_degree(i, graph));
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].conditions.empty()) {
      place(graph, i, missing_parents, order);
    }
  }
  return order;
}

}  // namespace automl::search
