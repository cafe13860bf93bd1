// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/importance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "search/analysis/random_forest.hpp"
#include "search/analysis/variance_parts.hpp"
#include "search/levels.hpp"
#include "search/random.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

constexpr double kTail = 1;
constexpr std::uint64_t kForestStream = 0x666f72657374ULL;

double value_of(const Observation& observation, std::size_t objective) {
  if (objective == 0) {
    return observation.value;
  }
  return objective <= observation.further.size() ? observation.further[objective - 1]
                                                 : std::numeric_limits<double>::quiet_NaN();
}

// What the trees see: values with mean 0 and variance 1, and how to get back.
struct Table {
  ForestData data;
  std::vector<std::vector<std::size_t>> missing;  // by column: rows where it is inactive
  double unit = 1;                                // values were divided by it first
  double centre = 0;
  double spread = 0;  // 0: constant

  double native(double value) const { return (value * spread + centre) * unit; }
};

std::vector<const Observation*> complete(const History& history, const ImportanceOptions& options) {
  std::vector<const Observation*> all;
  for (const Observation& one : history.observations()) {
    if (one.status == Status::kComplete && std::isfinite(value_of(one, options.objective))) {
      all.push_back(&one);
    }
  }
  return all;
}

void read_values(const std::vector<const Observation*>& rows, std::size_t objective, Table& table) {
  std::vector<double>& y = table.data.y;
  for (const Observation* one : rows) {
    y.push_back(value_of(*one, objective));
  }
  table.unit = 1e-290;
  for (const double value : y) {
    table.unit = std::max(table.unit, std::abs(value));
  }
  for (double& value : y) {
    value /= table.unit;
  }
  std::vector<double> sorted = y;
  std::sort(sorted.begin(), sorted.end());
  const double poor = sorted[sorted.size() * 9 / 10];
  const double limit =
      poor > sorted.front() ? poor + kTail * (poor - sorted.front()) : sorted.back();
  const auto n = static_cast<double>(y.size());
  for (double& value : y) {
    value = std::min(value, limit);
    table.centre += value / n;
  }
  double variance = 0;
  for (const double value : y) {
    variance += (value - table.centre) * (value - table.centre) / n;
  }
  // Less than rounding leaves is no variance.
  table.spread = variance > 1e-26 * (table.centre * table.centre) ? std::sqrt(variance) : 0;
  for (double& value : y) {
    value = table.spread > 0 ? (value - table.centre) / table.spread : 0;
  }
}

Table read_table(const SearchSpace& space,
                 const std::vector<const Observation*>& rows,
                 std::size_t objective) {
  Table table;
  read_values(rows, objective, table);
  table.data.x.assign(space.size(), std::vector<double>(rows.size()));
  table.missing.resize(space.size());
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Parameter& parameter = space[i];
    ForestColumn column;
    if (parameter.kind == Kind::kCategorical) {
      column.categories = parameter.choices;
    } else if (levels(parameter) > 0) {
      column.discrete = &parameter;
    }
    table.data.columns.push_back(column);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const std::vector<double>& values = rows[row]->configuration.values;
      const double value = i < values.size() ? values[i] : kInactive;
      if (std::isnan(value)) {
        table.missing[i].push_back(row);
      } else {
        table.data.x[i][row] = column.categories > 0 ? value : encode(parameter, value);
      }
    }
  }
  return table;
}

// A value by chance for everything inactive.
void fill_in(Table& table, std::vector<std::vector<std::size_t>>& sorted, Random& random) {
  for (std::size_t i = 0; i < table.missing.size(); ++i) {
    const ForestColumn& column = table.data.columns[i];
    for (const std::size_t row : table.missing[i]) {
      const double unit = random.uniform();
      table.data.x[i][row] = column.categories > 0
                                 ? std::floor(unit * static_cast<double>(column.categories))
                             : column.discrete != nullptr
                                 ? level_middle(*column.discrete, level_at(*column.discrete, unit))
                                 : unit;
    }
    if (!table.missing[i].empty() || sorted[i].empty()) {
      sorted[i] = table.data.sorted_rows(i);
    }
  }
}

std::vector<int> drawn_rows(std::size_t count, bool bootstrap, Random& random) {
  std::vector<int> weights(count, bootstrap ? 0 : 1);
  for (std::size_t k = 0; bootstrap && k < count; ++k) {
    ++weights[random.below(count)];
  }
  return weights;
}

// Sums over trees.
class Average {
 public:
  void add(double value) {
    ++count_;
    sum_ += value;
    squares_ += value * value;
  }
  // Over `count` trees; those that added nothing count as 0.
  Effect over(int count) const {
    const double mean = count > 0 ? sum_ / count : 0;
    const double variance = count > 1 ? (squares_ - count * mean * mean) / (count - 1) : 0;
    return {mean, std::sqrt(std::max(variance, 0.0))};
  }
  int count() const { return count_; }

 private:
  int count_ = 0;
  double sum_ = 0;
  double squares_ = 0;
};

// Squared error of a tree on rows it has not seen, also with each column shuffled.
class LeftOut {
 public:
  explicit LeftOut(const Table& table)
      : growth(table.data.columns.size()),
        predicted_(table.data.y.size(), 0),
        seen_(table.data.y.size(), 0) {}

  void add(const Table& table,
           const RegressionTree& tree,
           const std::vector<int>& weights,
           Random& random) {
    const ForestData& data = table.data;
    std::vector<std::size_t> rows;
    double error = 0;
    for (std::size_t row = 0; row < weights.size(); ++row) {
      if (weights[row] == 0) {
        rows.push_back(row);
        const double value = tree.predict(data, row);
        predicted_[row] += value;
        ++seen_[row];
        error += (data.y[row] - value) * (data.y[row] - value);
      }
    }
    if (rows.empty()) {
      return;
    }
    for (std::size_t i = 0; i < growth.size(); ++i) {
      const double shuffled = shuffled_error(table, tree, rows, i, random);
      growth[i].add((shuffled - error) / static_cast<double>(rows.size()));
    }
  }

  double explained(const std::vector<double>& y) const {
    double error = 0;
    double total = 0;
    for (std::size_t row = 0; row < y.size(); ++row) {
      if (seen_[row] > 0) {
        const double off = y[row] - predicted_[row] / seen_[row];
        error += off * off;
        total += y[row] * y[row];
      }
    }
    return total > 0 ? 1 - error / total : 0;
  }

  std::vector<Average> growth;  // by column, of the mean squared error

 private:
  // Only among the rows where the column is active.
  static double shuffled_error(const Table& table,
                               const RegressionTree& tree,
                               const std::vector<std::size_t>& rows,
                               std::size_t column,
                               Random& random) {
    const std::vector<double>& x = table.data.x[column];
    const std::vector<std::size_t>& missing = table.missing[column];
    std::vector<std::size_t> active;
    double error = 0;
    for (const std::size_t row : rows) {
      if (!std::binary_search(missing.begin(), missing.end(), row)) {
        active.push_back(row);
      } else {
        const double off = table.data.y[row] - tree.predict(table.data, row);
        error += off * off;
      }
    }
    std::vector<std::size_t> donors = active;
    for (std::size_t k = donors.size(); k > 1; --k) {
      std::swap(donors[k - 1], donors[random.below(k)]);
    }
    for (std::size_t k = 0; k < active.size(); ++k) {
      const double off =
          table.data.y[active[k]] - tree.predict(table.data, active[k], column, x[donors[k]]);
      error += off * off;
    }
    return error;
  }

  std::vector<double> predicted_;
  std::vector<int> seen_;
};

// The decomposition, tree by tree.
class Decomposition {
 public:
  Decomposition(const Table& table, std::size_t points)
      : main_(table.data.columns.size()), curves_(table.data.columns.size()) {
    for (std::size_t i = 0; i < curves_.size(); ++i) {
      const std::size_t categories = table.data.columns[i].categories;
      curves_[i].resize(categories > 0 ? categories : std::max<std::size_t>(points, 2));
    }
  }

  void add(const Table& table, const RegressionTree& tree) {
    const VarianceParts parts = variance_parts(tree, table.data.columns);
    for (std::size_t i = 0; i < curves_.size(); ++i) {
      for (std::size_t k = 0; k < curves_[i].size(); ++k) {
        curves_[i][k].add(parts.marginals[i].at(coordinate(table.data.columns[i], i, k)));
      }
    }
    ++trees_;
    if (parts.total <= 1e-12) {
      return;
    }
    for (std::size_t i = 0; i < main_.size(); ++i) {
      main_[i].add(parts.main[i] / parts.total);
    }
    for (const auto& [columns, variance] : parts.pairs) {
      pairs_[columns].add(variance / parts.total);
    }
  }

  void write(const Table& table, Importance& result) const {
    for (std::size_t i = 0; i < main_.size(); ++i) {
      result.main[i] = main_[i].over(trees_);
      for (std::size_t k = 0; k < curves_[i].size(); ++k) {
        const Effect at = curves_[i][k].over(trees_);
        result.curves[i].push_back({coordinate(table.data.columns[i], i, k),
                                    table.native(at.share),
                                    at.spread * table.spread * table.unit});
      }
    }
    for (const auto& [columns, share] : pairs_) {
      const Effect effect = share.over(trees_);
      if (effect.share > 1e-9) {
        result.interactions.push_back({columns.first, columns.second, effect});
      }
    }
    std::stable_sort(
        result.interactions.begin(),
        result.interactions.end(),
        [](const Interaction& a, const Interaction& b) { return a.effect.share > b.effect.share; });
  }

 private:
  // Of a point of the curve; categories: the middle of their cell.
  double coordinate(const ForestColumn& column, std::size_t i, std::size_t k) const {
    const auto at = static_cast<double>(k);
    return column.categories > 0 ? (at + 0.5) / static_cast<double>(column.categories)
                                 : at / static_cast<double>(curves_[i].size() - 1);
  }

  std::vector<Average> main_;
  std::map<std::pair<std::size_t, std::size_t>, Average> pairs_;
  std::vector<std::vector<Average>> curves_;
  int trees_ = 0;
};

}  // namespace

Importance importance(const SearchSpace& space,
                      const History& history,
                      std::uint64_t seed,
                      const ImportanceOptions& options) {
  std::vector<const Observation*> rows = complete(history, options);
  Importance result;
  result.trials = rows.size();
  result.main.resize(space.size());
  result.permutation.resize(space.size());
  result.curves.resize(space.size());
  if (rows.size() < 2) {
    return result;
  }
  if (rows.size() > options.most_rows) {
    for (std::size_t k = 0; k < options.most_rows; ++k) {
      rows[k] = rows[k * rows.size() / options.most_rows];
    }
    rows.resize(options.most_rows);
  }
  Table table = read_table(space, rows, options.objective);
  if (table.spread == 0) {
    return result;
  }
  std::vector<std::vector<std::size_t>> sorted(space.size());
  Decomposition decomposition(table, options.curve_points);
  LeftOut left_out(table);
  for (int t = 0; t < options.trees; ++t) {
    Random random(seed, kForestStream + static_cast<std::uint64_t>(t));
    fill_in(table, sorted, random);
    const std::vector<int> weights = drawn_rows(rows.size(), options.bootstrap, random);
    const RegressionTree tree =
        RegressionTree::grow(table.data, weights, sorted, options.least, random);
    decomposition.add(table, tree);
    left_out.add(table, tree, weights, random);
  }
  decomposition.write(table, result);
  for (std::size_t i = 0; i < space.size(); ++i) {
    result.permutation[i] = left_out.growth[i].over(left_out.growth[i].count());
  }
  result.explained = left_out.explained(table.data.y);
  return result;
}

}  // namespace automl::search
