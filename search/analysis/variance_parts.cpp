// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/variance_parts.hpp"

#include <algorithm>

namespace automl::search {
namespace {

using Node = RegressionTree::Node;

// Cells first .. last - 1.
struct Run {
  std::size_t first;
  std::size_t last;
};

// Which cells of a column a leaf spans; only columns of which it does not span all.
struct Side {
  std::size_t column;
  std::vector<Run> runs;
  double width;
};

struct Leaf {
  double value;
  double volume;
  std::vector<Side> sides;  // by column
};

class Partition {
 public:
  Partition(const RegressionTree& tree, const std::vector<ForestColumn>& columns)
      : nodes_(tree.nodes()), edges_(columns.size()) {
    for (const Node& node : nodes_) {
      if (!node.leaf() && columns[node.column].categories == 0) {
        edges_[node.column].push_back(node.threshold);
      }
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::vector<double>& edges = edges_[i];
      for (std::size_t c = 1; c < columns[i].categories; ++c) {
        edges.push_back(static_cast<double>(c) / static_cast<double>(columns[i].categories));
      }
      edges.push_back(0);
      edges.push_back(1);
      std::sort(edges.begin(), edges.end());
      edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
      open_.emplace_back(edges.size() - 1, true);
    }
    constrained_.assign(columns.size(), 0);
    descend(0);
  }

  const std::vector<Leaf>& leaves() const { return leaves_; }
  const std::vector<double>& edges(std::size_t column) const { return edges_[column]; }
  std::size_t cells(std::size_t column) const { return edges_[column].size() - 1; }
  double width(std::size_t column, std::size_t cell) const {
    return edges_[column][cell + 1] - edges_[column][cell];
  }

 private:
  void descend(std::size_t at) {
    const Node& node = nodes_[at];
    if (node.leaf()) {
      add_leaf(node.value);
      return;
    }
    const std::vector<bool> before = open_[node.column];
    ++constrained_[node.column];
    for (const bool left : {true, false}) {
      for (std::size_t cell = 0; cell < before.size(); ++cell) {
        const bool here = node.goes_left.empty() ? edges_[node.column][cell] < node.threshold
                                                 : node.goes_left[cell];
        open_[node.column][cell] = before[cell] && here == left;
      }
      descend(left ? node.left : node.right);
    }
    open_[node.column] = before;
    --constrained_[node.column];
  }

  void add_leaf(double value) {
    Leaf leaf{value, 1, {}};
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (constrained_[i] == 0) {
        continue;
      }
      Side side{i, {}, 0};
      for (std::size_t cell = 0; cell < open_[i].size(); ++cell) {
        if (!open_[i][cell]) {
          continue;
        }
        side.width += width(i, cell);
        if (!side.runs.empty() && side.runs.back().last == cell) {
          ++side.runs.back().last;
        } else {
          side.runs.push_back({cell, cell + 1});
        }
      }
      leaf.volume *= side.width;
      leaf.sides.push_back(std::move(side));
    }
    if (leaf.volume > 0) {  // all of its categories can have gone elsewhere
      leaves_.push_back(std::move(leaf));
    }
  }

  const std::vector<Node>& nodes_;
  std::vector<std::vector<double>> edges_;
  std::vector<std::vector<bool>> open_;  // by column and cell: where the walk is
  std::vector<int> constrained_;
  std::vector<Leaf> leaves_;
};

// A function of one column's cells as differences between neighbours, so that a run is two numbers.
struct Steps {
  explicit Steps(std::size_t cells) : change(cells + 1, 0) {}

  void add(const Side& side, double amount) {
    for (const Run& run : side.runs) {
      change[run.first] += amount;
      change[run.last] -= amount;
    }
  }
  // Differences to values; once.
  void sum_up() {
    for (std::size_t k = 1; k < change.size(); ++k) {
      change[k] += change[k - 1];
    }
  }

  std::vector<double> change;
};

// f_ij = sum over leaves of v |B| (h_i - 1)(h_j - 1) with h_i = [x_i in B_i] / |B_i|: leaves that
// span all of a column cancel.
struct PairEffect {
  PairEffect(std::size_t rows, std::size_t columns)
      : stride(columns + 1), change((rows + 1) * stride, 0), by_row(rows), by_column(columns) {}

  void add(const Side& row, const Side& column, double mass) {
    const double amount = mass / row.width / column.width;
    for (const Run& a : row.runs) {
      for (const Run& b : column.runs) {
        change[a.first * stride + b.first] += amount;
        change[a.first * stride + b.last] -= amount;
        change[a.last * stride + b.first] -= amount;
        change[a.last * stride + b.last] += amount;
      }
    }
    by_row.add(row, -mass / row.width);
    by_column.add(column, -mass / column.width);
    constant += mass;
  }

  double variance(const Partition& partition, std::size_t i, std::size_t j) {
    by_row.sum_up();
    by_column.sum_up();
    for (std::size_t k = 1; k < change.size(); ++k) {
      change[k] += k % stride == 0 ? 0 : change[k - 1];
    }
    double sum = 0;
    for (std::size_t a = 0; a < partition.cells(i); ++a) {
      double row = 0;
      for (std::size_t b = 0; b < partition.cells(j); ++b) {
        double& here = change[a * stride + b];
        here += a == 0 ? 0 : change[(a - 1) * stride + b];
        const double effect = here + by_row.change[a] + by_column.change[b] + constant;
        row += partition.width(j, b) * effect * effect;
      }
      sum += partition.width(i, a) * row;
    }
    return sum;
  }

  std::size_t stride;
  std::vector<double> change;
  Steps by_row;
  Steps by_column;
  double constant = 0;
};

void add_main_effects(const Partition& partition, VarianceParts& parts) {
  std::vector<Steps> effects;
  std::vector<double> constants(parts.main.size(), 0);
  for (std::size_t i = 0; i < parts.main.size(); ++i) {
    effects.emplace_back(partition.cells(i));
  }
  for (const Leaf& leaf : partition.leaves()) {
    const double mass = leaf.value * leaf.volume;
    for (const Side& side : leaf.sides) {
      effects[side.column].add(side, mass / side.width);
      constants[side.column] -= mass;
    }
  }
  for (std::size_t i = 0; i < parts.main.size(); ++i) {
    effects[i].sum_up();
    VarianceParts::Marginal marginal{partition.edges(i), {}};
    for (std::size_t cell = 0; cell < partition.cells(i); ++cell) {
      const double effect = effects[i].change[cell] + constants[i];
      parts.main[i] += partition.width(i, cell) * effect * effect;
      marginal.values.push_back(parts.mean + effect);
    }
    parts.marginals.push_back(std::move(marginal));
  }
}

}  // namespace

double VarianceParts::Marginal::at(double x) const {
  const auto above = std::upper_bound(edges.begin(), edges.end(), x) - edges.begin();
  const auto cell = std::clamp<std::ptrdiff_t>(above - 1, 0, std::ssize(values) - 1);
  return values[static_cast<std::size_t>(cell)];
}

VarianceParts variance_parts(const RegressionTree& tree, const std::vector<ForestColumn>& columns) {
  const Partition partition(tree, columns);
  VarianceParts parts;
  parts.main.assign(columns.size(), 0);
  for (const Leaf& leaf : partition.leaves()) {
    parts.mean += leaf.value * leaf.volume;
  }
  std::map<std::pair<std::size_t, std::size_t>, PairEffect> pairs;
  for (const Leaf& leaf : partition.leaves()) {
    parts.total += leaf.volume * (leaf.value - parts.mean) * (leaf.value - parts.mean);
    for (std::size_t a = 0; a < leaf.sides.size(); ++a) {
      for (std::size_t b = a + 1; b < leaf.sides.size(); ++b) {
        const std::size_t i = leaf.sides[a].column;
        const std::size_t j = leaf.sides[b].column;
        const auto place = pairs.try_emplace({i, j}, partition.cells(i), partition.cells(j)).first;
        place->second.add(leaf.sides[a], leaf.sides[b], leaf.value * leaf.volume);
      }
    }
  }
  add_main_effects(partition, parts);
  for (auto& [columns_of, effect] : pairs) {
    parts.pairs[columns_of] = effect.variance(partition, columns_of.first, columns_of.second);
  }
  return parts;
}

}  // namespace automl::search
