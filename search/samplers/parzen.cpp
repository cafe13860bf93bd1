// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/parzen.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace automl::search {

namespace {

constexpr std::size_t kMostCells = 64;
constexpr std::size_t kTablePoints = 256;
constexpr double kPriorSigma = 1;

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

double mass(double mu, double sigma, double low, double high) {
  return normal_cdf((high - mu) / sigma) - normal_cdf((low - mu) / sigma);
}

// log of the normal's mass inside [0, 1] as a function of its centre, interpolated: its second
// derivative is bounded by 1 / sigma^2, so 256 intervals are exact to about 1e-3 at the narrowest
// width and far better elsewhere; the same numbers on every machine.
class TruncationTable {
 public:
  explicit TruncationTable(double sigma) {
    for (std::size_t i = 0; i <= kTablePoints; ++i) {
      values_[i] = std::log(mass(static_cast<double>(i) / kTablePoints, sigma, 0, 1));
    }
  }
  double operator()(double mu) const {
    const double place = std::clamp(mu, 0.0, 1.0) * kTablePoints;
    const auto left = std::min<std::size_t>(static_cast<std::size_t>(place), kTablePoints - 1);
    const double share = place - static_cast<double>(left);
    return values_[left] + share * (values_[left + 1] - values_[left]);
  }

 private:
  std::array<double, kTablePoints + 1> values_;
};

bool is_category(const Parameter& parameter) {
  return parameter.kind == Kind::kCategorical || parameter.kind == Kind::kBool ||
         parameter.kind == Kind::kFixed;
}

// How many values a discrete coordinate has; 0: treated as continuous.
std::size_t cells(const Parameter& parameter) {
  if (parameter.kind == Kind::kBool) {
    return 2;
  }
  if (parameter.kind != Kind::kFloat && parameter.kind != Kind::kInt) {
    return parameter.choices;
  }
  const double step = parameter.step > 0 ? parameter.step : (parameter.kind == Kind::kInt ? 1 : 0);
  if (step <= 0 || parameter.log) {
    return 0;  // cells of a logarithmic scale differ in width
  }
  const double count = std::floor((parameter.high - parameter.low) / step + 1e-9) + 1;
  return count <= static_cast<double>(kMostCells) ? static_cast<std::size_t>(count) : 0;
}

std::size_t cell_of(double unit, std::size_t count) {
  const double place = std::floor(unit * static_cast<double>(count));
  return std::min(static_cast<std::size_t>(std::max(place, 0.0)), count - 1);
}

double truncated_normal(Random& random, double mu, double sigma) {
  for (int i = 0; i < 100; ++i) {
    const double x = mu + sigma * random.normal();
    if (x >= 0 && x <= 1) {
      return x;
    }
  }
  return random.uniform();
}

}  // namespace

ParzenEstimator::ParzenEstimator(const SearchSpace& space,
                                 const std::vector<std::size_t>& parameters,
                                 const std::vector<const std::vector<double>*>& rows)
    : components_(static_cast<Eigen::Index>(rows.size())) {
  const auto dimensions = static_cast<Eigen::Index>(parameters.size());
  const auto n = static_cast<double>(std::max<Eigen::Index>(components_, 1));
  sigma_ = std::max(0.2 * std::pow(n, -1.0 / (static_cast<double>(dimensions) + 4)),
                    1 / std::min(100.0, n + 1));
  centers_.resize(dimensions, components_);
  for (Eigen::Index j = 0; j < components_; ++j) {
    const std::vector<double>& row = *rows[static_cast<std::size_t>(j)];
    for (Eigen::Index i = 0; i < dimensions; ++i) {
      centers_(i, j) = row[parameters[static_cast<std::size_t>(i)]];
    }
  }
  constants_ =
      Eigen::ArrayXd::Constant(components_ + 1, -std::log(static_cast<double>(components_) + 1));
  for (Eigen::Index i = 0; i < dimensions; ++i) {
    const Parameter& parameter = space[parameters[static_cast<std::size_t>(i)]];
    counts_.push_back(cells(parameter));
    category_.push_back(is_category(parameter));
    if (counts_.back() == 0) {
      continuous_.push_back(i);
    } else {
      add_discrete(i, parameter, counts_.back());
    }
  }
  const TruncationTable truncation(sigma_);
  continuous_centers_.resize(static_cast<Eigen::Index>(continuous_.size()), components_);
  const double log_width = std::log(sigma_ * std::sqrt(2 * std::numbers::pi));
  const double log_prior = std::log(kPriorSigma * std::sqrt(2 * std::numbers::pi)) +
                           std::log(mass(0.5, kPriorSigma, 0, 1));
  for (std::size_t k = 0; k < continuous_.size(); ++k) {
    continuous_centers_.row(static_cast<Eigen::Index>(k)) = centers_.row(continuous_[k]);
    for (Eigen::Index j = 0; j < components_; ++j) {
      constants_(j) -= log_width + truncation(centers_(continuous_[k], j));
    }
    constants_(components_) -= log_prior;
  }
}

void ParzenEstimator::add_discrete(Eigen::Index row,
                                   const Parameter& parameter,
                                   std::size_t count) {
  Table table;
  table.row = row;
  table.count = count;
  table.log_mass.resize((count + 1) * count);
  const double eps = 1 / (static_cast<double>(components_) + 1);
  const auto cells_count = static_cast<double>(count);
  const bool category = is_category(parameter);
  for (std::size_t from = 0; from <= count; ++from) {
    const bool prior = from == count;
    const double mu = prior ? 0.5 : (static_cast<double>(from) + 0.5) / cells_count;
    const double sigma = prior ? kPriorSigma : std::max(sigma_, 0.5 / cells_count);
    const double inside = mass(mu, sigma, 0, 1);
    for (std::size_t to = 0; to < count; ++to) {
      double share = 1 / cells_count;
      if (!category) {
        share = mass(mu,
                     sigma,
                     static_cast<double>(to) / cells_count,
                     static_cast<double>(to + 1) / cells_count) /
                inside;
      } else if (!prior) {
        share = ((from == to ? 1 : 0) + eps) / (1 + cells_count * eps);
      }
      table.log_mass[from * count + to] = std::log(std::max(share, 1e-300));
    }
  }
  for (Eigen::Index j = 0; j < components_; ++j) {
    table.observed.push_back(cell_of(centers_(row, j), count));
  }
  table.observed.push_back(count);
  tables_.push_back(std::move(table));
}

Eigen::VectorXd ParzenEstimator::sample(Random& random) const {
  const auto component =
      static_cast<Eigen::Index>(random.below(static_cast<std::uint64_t>(components_) + 1));
  const bool prior = component == components_;
  const double eps = 1 / (static_cast<double>(components_) + 1);
  Eigen::VectorXd point(centers_.rows());
  for (Eigen::Index i = 0; i < point.size(); ++i) {
    const auto count = static_cast<double>(counts_[static_cast<std::size_t>(i)]);
    if (category_[static_cast<std::size_t>(i)]) {
      const bool keep = !prior && random.uniform() < 1 / (1 + count * eps);
      point(i) = keep ? centers_(i, component) : random.uniform();
    } else {
      const double sigma = prior ? kPriorSigma : std::max(sigma_, count > 0 ? 0.5 / count : 0.0);
      point(i) = truncated_normal(random, prior ? 0.5 : centers_(i, component), sigma);
    }
    if (count > 0) {
      const std::size_t cell = cell_of(point(i), counts_[static_cast<std::size_t>(i)]);
      point(i) = (static_cast<double>(cell) + 0.5) / count;
    }
  }
  return point;
}

Eigen::ArrayXd ParzenEstimator::log_density(const Eigen::MatrixXd& points) const {
  Eigen::ArrayXXd logs = constants_.replicate(1, points.cols());
  if (!continuous_.empty()) {
    Eigen::MatrixXd x(static_cast<Eigen::Index>(continuous_.size()), points.cols());
    for (std::size_t k = 0; k < continuous_.size(); ++k) {
      x.row(static_cast<Eigen::Index>(k)) = points.row(continuous_[k]);
    }
    // |x - mu|^2 = |x|^2 + |mu|^2 - 2 mu' x for all components and points in one product.
    const double scale = 0.5 / (sigma_ * sigma_);
    Eigen::MatrixXd distance = -2 * (continuous_centers_.transpose() * x);
    distance.colwise() += continuous_centers_.colwise().squaredNorm().transpose();
    distance.rowwise() += x.colwise().squaredNorm();
    logs.topRows(components_) -= distance.array() * scale;
    logs.row(components_) -=
        (x.array() - 0.5).square().colwise().sum() * (0.5 / (kPriorSigma * kPriorSigma));
  }
  for (const Table& table : tables_) {
    for (Eigen::Index c = 0; c < points.cols(); ++c) {
      const std::size_t value = cell_of(points(table.row, c), table.count);
      for (Eigen::Index j = 0; j <= components_; ++j) {
        const std::size_t from = table.observed[static_cast<std::size_t>(j)];
        logs(j, c) += table.log_mass[from * table.count + value];
      }
    }
  }
  const Eigen::ArrayXd most = logs.colwise().maxCoeff();
  logs.rowwise() -= most.transpose();
  return most + logs.exp().colwise().sum().transpose().log();
}

}  // namespace automl::search
