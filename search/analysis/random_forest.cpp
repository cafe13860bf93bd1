// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/random_forest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "search/levels.hpp"

namespace automl::search {
namespace {

using Node = RegressionTree::Node;

constexpr int kDeepest = 200;
constexpr double kPure = 1e-12;  // of the variance of all rows

struct Split {
  double score = -1;  // sum of squares explained; larger is better
  Node node;
};

// Sums over some rows.
struct Sums {
  double weight = 0;
  double y = 0;
  double squares = 0;

  void add(double w, double value) {
    weight += w;
    y += w * value;
    squares += w * value * value;
  }
  double explained() const { return weight > 0 ? y * y / weight : 0; }
  double error() const { return squares - explained(); }
};

class Grower {
 public:
  Grower(const ForestData& data, const std::vector<int>& weights, int least, Random& random)
      : data_(data), weights_(weights), least_(least), random_(random), left_(data.y.size()) {}

  std::vector<Node> grow(const std::vector<std::vector<std::size_t>>& sorted) {
    for (const std::vector<std::size_t>& rows : sorted) {
      rows_.emplace_back();
      for (const std::size_t row : rows) {
        if (weights_[row] > 0) {
          rows_.back().push_back(row);
        }
      }
    }
    columns_.resize(data_.columns.size());
    std::iota(columns_.begin(), columns_.end(), 0);
    const std::size_t count = rows_.empty() ? 0 : rows_.front().size();
    const Sums all = sums(0, count);
    pure_ = kPure * std::max(all.error(), 1e-300);
    grow_node(0, count, 0);
    return std::move(nodes_);
  }

 private:
  Sums sums(std::size_t begin, std::size_t end) const {
    Sums result;
    for (std::size_t k = begin; k < end; ++k) {
      const std::size_t row = rows_.front()[k];
      result.add(weights_[row], data_.y[row]);
    }
    return result;
  }

  std::size_t grow_node(std::size_t begin, std::size_t end, int depth) {
    const std::size_t at = nodes_.size();
    nodes_.emplace_back();
    const Sums all = sums(begin, end);
    nodes_[at].value = all.weight > 0 ? all.y / all.weight : 0;
    if (depth >= kDeepest || all.error() <= pure_ || all.weight < 2 * least_) {
      return at;
    }
    Split best = best_split(begin, end, all);
    if (best.score < 0) {
      return at;
    }
    best.node.value = nodes_[at].value;
    const std::size_t middle = part(begin, end, best.node);
    best.node.left = grow_node(begin, middle, depth + 1);
    best.node.right = grow_node(middle, end, depth + 1);
    nodes_[at] = std::move(best.node);
    return at;
  }

  Split best_split(std::size_t begin, std::size_t end, const Sums& all) {
    Split best;
    for (std::size_t k = columns_.size(); k > 1; --k) {
      std::swap(columns_[k - 1], columns_[random_.below(k)]);
    }
    for (const std::size_t column : columns_) {
      if (data_.columns[column].categories > 0) {
        split_categories(column, begin, end, all, best);
      } else {
        split_numbers(column, begin, end, all, best);
      }
    }
    return best;
  }

  // Whether a split with these rows on its left is the best so far.
  bool better(const Sums& left, const Sums& all, const Split& best) const {
    const double right = all.weight - left.weight;
    if (left.weight < least_ || right < least_) {
      return false;
    }
    const double rest = all.y - left.y;
    const double score = left.explained() + rest * rest / right;
    return score > best.score * (1 + 1e-12);
  }

  static double score(const Sums& left, const Sums& all) {
    const double rest = all.y - left.y;
    return left.explained() + rest * rest / (all.weight - left.weight);
  }

  void split_numbers(
      std::size_t column, std::size_t begin, std::size_t end, const Sums& all, Split& best) const {
    const std::vector<double>& x = data_.x[column];
    const std::vector<std::size_t>& rows = rows_[column];
    Sums left;
    for (std::size_t k = begin; k + 1 < end; ++k) {
      const std::size_t row = rows[k];
      left.add(weights_[row], data_.y[row]);
      const double low = x[row];
      const double high = x[rows[k + 1]];
      if (low < high && better(left, all, best)) {
        best.score = score(left, all);
        best.node = Node();
        best.node.column = column;
        best.node.threshold = between(data_.columns[column], low, high);
      }
    }
  }

  static double between(const ForestColumn& column, double low, double high) {
    const double middle = low + (high - low) / 2;
    if (column.discrete == nullptr) {
      return middle > low ? middle : high;
    }
    const std::size_t first = level_at(*column.discrete, low);
    const std::size_t second = level_at(*column.discrete, high);
    const double edge = level_edge(*column.discrete, (first + second + 1) / 2);
    return edge > low && edge <= high ? edge : middle;
  }

  void split_categories(
      std::size_t column, std::size_t begin, std::size_t end, const Sums& all, Split& best) const {
    const std::size_t count = data_.columns[column].categories;
    std::vector<Sums> of(count);
    for (std::size_t k = begin; k < end; ++k) {
      const std::size_t row = rows_[column][k];
      of[static_cast<std::size_t>(data_.x[column][row])].add(weights_[row], data_.y[row]);
    }
    std::vector<std::size_t> present;
    for (std::size_t c = 0; c < count; ++c) {
      if (of[c].weight > 0) {
        present.push_back(c);
      }
    }
    std::stable_sort(present.begin(), present.end(), [&](std::size_t a, std::size_t b) {
      return of[a].y / of[a].weight < of[b].y / of[b].weight;
    });
    Sums left;
    for (std::size_t k = 0; k + 1 < present.size(); ++k) {
      const Sums& one = of[present[k]];
      left.weight += one.weight;
      left.y += one.y;
      left.squares += one.squares;
      if (better(left, all, best)) {
        best.score = score(left, all);
        best.node = Node();
        best.node.column = column;
        // Categories without rows here go where most rows go.
        best.node.goes_left.assign(count, 2 * left.weight > all.weight);
        for (std::size_t c = 0; c < present.size(); ++c) {
          best.node.goes_left[present[c]] = c <= k;
        }
      }
    }
  }

  // Rows of every column into those that go left and the others, each still sorted.
  std::size_t part(std::size_t begin, std::size_t end, const Node& node) {
    const std::vector<double>& x = data_.x[node.column];
    for (std::size_t k = begin; k < end; ++k) {
      const std::size_t row = rows_.front()[k];
      left_[row] = node.goes_left.empty()
                       ? static_cast<char>(x[row] < node.threshold)
                       : static_cast<char>(node.goes_left[static_cast<std::size_t>(x[row])]);
    }
    std::size_t middle = begin;
    for (std::vector<std::size_t>& rows : rows_) {
      rest_.clear();
      middle = begin;
      for (std::size_t k = begin; k < end; ++k) {
        if (left_[rows[k]] != 0) {
          rows[middle++] = rows[k];
        } else {
          rest_.push_back(rows[k]);
        }
      }
      std::copy(rest_.begin(), rest_.end(), rows.begin() + static_cast<std::ptrdiff_t>(middle));
    }
    return middle;
  }

  const ForestData& data_;
  const std::vector<int>& weights_;
  const double least_;
  Random& random_;
  std::vector<char> left_;                      // by row
  std::vector<std::vector<std::size_t>> rows_;  // by column; a node's are those from begin to end
  std::vector<std::size_t> rest_;
  std::vector<std::size_t> columns_;  // in the order in which they are looked at
  double pure_ = 0;
  std::vector<Node> nodes_;
};

}  // namespace

std::vector<std::size_t> ForestData::sorted_rows(std::size_t column) const {
  std::vector<std::size_t> rows(y.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return x[column][a] < x[column][b];
  });
  return rows;
}

RegressionTree RegressionTree::grow(const ForestData& data,
                                    const std::vector<int>& weights,
                                    const std::vector<std::vector<std::size_t>>& sorted,
                                    int least,
                                    Random& random) {
  RegressionTree tree;
  tree.nodes_ = Grower(data, weights, least, random).grow(sorted);
  return tree;
}

double RegressionTree::predict(const ForestData& data,
                               std::size_t row,
                               std::size_t column,
                               double value) const {
  const Node* node = nodes_.data();
  while (!node->leaf()) {
    const double x = node->column == column ? value : data.x[node->column][row];
    const bool left = node->goes_left.empty() ? x < node->threshold
                                              : node->goes_left[static_cast<std::size_t>(x)];
    node = &nodes_[left ? node->left : node->right];
  }
  return node->value;
}

}  // namespace automl::search
