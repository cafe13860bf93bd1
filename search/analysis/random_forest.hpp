// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "search/random.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// How trees see one column of their data.
struct ForestColumn {
  std::size_t categories = 0;           // without order: values 0 .. categories - 1; 0: [0, 1]
  const Parameter* discrete = nullptr;  // in [0, 1] with cells: trees split at their edges only
};

// n rows; nothing is NaN.
struct ForestData {
  std::vector<ForestColumn> columns;
  std::vector<std::vector<double>> x;  // by column, then by row
  std::vector<double> y;

  // Rows of each column in ascending order of x.
  std::vector<std::size_t> sorted_rows(std::size_t column) const;
};

// A regression tree (Breiman et al., "Classification and Regression Trees", 1984): each split is
// the one that leaves the least squared error; categories are split after ordering them by their
// mean, which is optimal (Fisher 1958). Columns that are equally good take turns by chance.
class RegressionTree {
 public:
  struct Node {
    double value = 0;  // of a leaf
    std::size_t column = 0;
    double threshold = 0;         // numbers: below it goes left
    std::vector<bool> goes_left;  // categories
    std::size_t left = 0;         // 0: a leaf
    std::size_t right = 0;
    bool leaf() const { return left == 0; }
  };

  // From rows with their weights (how often bootstrapping drew them; some > 0). `sorted`: for each
  // column ForestData::sorted_rows. Grows until a leaf is pure or would have less than `least`
  // rows.
  static RegressionTree grow(const ForestData& data,
                             const std::vector<int>& weights,
                             const std::vector<std::vector<std::size_t>>& sorted,
                             int least,
                             Random& random);

  // The root is first.
  const std::vector<Node>& nodes() const { return nodes_; }
  // For one row, the value of `column` replaced by `value`; column == columns: nothing is.
  double predict(const ForestData& data, std::size_t row, std::size_t column, double value) const;
  double predict(const ForestData& data, std::size_t row) const {
    return predict(data, row, data.columns.size(), 0);
  }

 private:
  std::vector<Node> nodes_;
};

}  // namespace automl::search
