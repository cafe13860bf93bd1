// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/parzen.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

#include "search/samplers/normal_table.hpp"

namespace automl::search {
namespace {

constexpr double kPriorCentre = 0.5;
constexpr double kPriorSigma = 1;
constexpr double kNarrow = 0.25;      // cell width / sigma: the middle stands for the cell
constexpr double kLeastMass = 1e-12;  // below the table's accuracy masses are noise
constexpr Eigen::Index kTruncationPoints = 256;

double truncated_normal(Random& random, double centre, double sigma) {
  // At least a third of the mass lies inside: the centre does, and sigma is at most the range.
  for (int i = 0; i < 64; ++i) {
    const double x = centre + sigma * random.normal();
    if (x >= 0 && x <= 1) {
      return x;
    }
  }
  return random.uniform();
}

// Each entry x becomes exp(x - most), x <= most, with a relative error of 1e-5; what is below e^-80
// becomes about that. 2^i from the exponent's bits, 2^f on [-1, 0] by its Taylor polynomial around
// the middle; plain arithmetic without branches, so that compilers vectorise it.
void exponentiate(Eigen::ArrayXf& logs, float most) {
  constexpr float kLog2E = 1.44269504F;
  // The bound in a pass of its own: a std::max in the loop keeps it from being vectorised.
  logs = ((logs - most) * kLog2E).max(-115.0F);
  float* values = logs.data();
  const Eigen::Index count = logs.size();
  for (Eigen::Index k = 0; k < count; ++k) {
    const float power = values[k];
    const auto whole = static_cast<std::int32_t>(power);  // towards zero: the rest is in (-1, 0]
    const float g = (power - static_cast<float>(whole) + 0.5F) * 0.69314718F;
    const float series =
        1 + g * (1 + g * (0.5F + g * (1.0F / 6 + g * (1.0F / 24 + g * (1.0F / 120)))));
    const float scale = std::bit_cast<float>((whole + 127) << 23);
    values[k] = series * 0.70710678F * scale;
  }
}

}  // namespace

ParzenEstimator::ParzenEstimator(const std::vector<Axis>& axes,
                                 Eigen::ArrayXXd points,
                                 Eigen::ArrayXd weights,
                                 const ParzenOptions& options)
    : axes_(axes), points_(std::move(points)), prior_weight_(options.prior_weight) {
  const double total = weights.sum() + prior_weight_;
  prior_share_ = prior_weight_ / total;
  category_epsilon_.resize(static_cast<Eigen::Index>(axes.size()));
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const double spread = axes[a].branches ? options.branch_spread : options.category_spread;
    category_epsilon_(static_cast<Eigen::Index>(a)) =
        spread * prior_weight_ / (static_cast<double>(size()) + 1);
  }
  cumulative_ = weights;
  std::partial_sum(cumulative_.begin(), cumulative_.end(), cumulative_.begin());
  set_widths(options);
  set_constants(weights / total);
}

void ParzenEstimator::set_widths(const ParzenOptions& options) {
  const auto n = static_cast<double>(std::max<Eigen::Index>(size(), 1));
  const auto d = static_cast<Eigen::Index>(axes_.size());
  const double least = 1 / std::min(100.0, n + 1);
  const double common = options.width * std::pow(n, -1 / (4 + static_cast<double>(d)));
  sigmas_.resize(d);
  for (Eigen::Index a = 0; a < d; ++a) {
    const Axis& axis = axes_[static_cast<std::size_t>(a)];
    const double half_cell = axis.cells > 0 ? 0.5 / static_cast<double>(axis.cells) : 0;
    sigmas_(a) = std::clamp(common, std::max(least, half_cell), 1.0);
  }
}

// Whether masses are computed once for each cell and looked up, rather than for each kernel.
bool ParzenEstimator::looked_up(const Axis& axis) const {
  return axis.type == Axis::Type::kCells &&
         axis.cells <= std::max<std::size_t>(64, static_cast<std::size_t>(size()) / 4);
}

void ParzenEstimator::set_constants(const Eigen::ArrayXd& shares) {
  const auto d = static_cast<Eigen::Index>(axes_.size());
  const double root_half = std::numbers::sqrt2 / 2;
  scales_ = (root_half / sigmas_).cast<float>();
  centres_.resize(size(), d);
  const bool any =
      std::any_of(axes_.begin(), axes_.end(), [this](const Axis& axis) { return looked_up(axis); });
  cells_.resize(size(), any ? d : 0);
  Eigen::ArrayXd logs(size());
  double share = 1;
  double log_share = 0;
  for (Eigen::Index k = 0; k < size(); ++k) {
    if (shares(k) != share) {  // most are the same
      share = shares(k);
      log_share = std::log(share);
    }
    logs(k) = log_share;
  }
  Truncation truncation;
  for (Eigen::Index a = 0; a < d; ++a) {
    const Axis& axis = axes_[static_cast<std::size_t>(a)];
    if (axis.type == Axis::Type::kCategory) {
      centres_.col(a) = points_.col(a).cast<float>();
      continue;
    }
    if (looked_up(axis)) {
      cells_.col(a) =
          points_.col(a).unaryExpr([&](double x) { return static_cast<int>(axis.cell(x)); });
    }
    centres_.col(a) = (points_.col(a) * (root_half / sigmas_(a))).cast<float>();
    add_truncation(a, truncation, logs);
  }
  constants_ = logs.cast<float>();
}

void ParzenEstimator::add_truncation(Eigen::Index axis,
                                     Truncation& truncation,
                                     Eigen::ArrayXd& logs) const {
  const NormalTable& normal = NormalTable::instance();
  const double root = std::sqrt(2 * std::numbers::pi);
  const double sigma = sigmas_(axis);
  const auto log_normaliser = [&](double centre) {
    return -std::log(normal.mass(0, 1, centre, sigma) * sigma * root);
  };
  if (size() <= kTruncationPoints) {
    for (Eigen::Index k = 0; k < size(); ++k) {
      logs(k) += log_normaliser(points_(k, axis));
    }
    return;
  }
  if (truncation.sigma != sigma) {
    truncation = {sigma, Eigen::ArrayXd(kTruncationPoints + 1)};
    for (Eigen::Index i = 0; i <= kTruncationPoints; ++i) {
      truncation.table(i) =
          log_normaliser(static_cast<double>(i) / static_cast<double>(kTruncationPoints));
    }
  }
  const double* table = truncation.table.data();
  const double* points = points_.col(axis).data();
  double* log = logs.data();
  for (Eigen::Index k = 0; k < logs.size(); ++k) {
    const double place = points[k] * static_cast<double>(kTruncationPoints);
    const int left = std::min(static_cast<int>(place), static_cast<int>(kTruncationPoints) - 1);
    log[k] += table[left] + (place - left) * (table[left + 1] - table[left]);
  }
}

Eigen::ArrayXd ParzenEstimator::sample(Random& random) const {
  const auto d = static_cast<Eigen::Index>(axes_.size());
  Eigen::Index kernel = size();  // the prior
  if (size() > 0 && random.uniform() >= prior_share_) {
    const double place = random.uniform() * cumulative_(size() - 1);
    kernel =
        std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, place) - cumulative_.begin();
  }
  const bool prior = kernel == size();
  Eigen::ArrayXd point(d);
  for (Eigen::Index a = 0; a < d; ++a) {
    const Axis& axis = axes_[static_cast<std::size_t>(a)];
    if (axis.type == Axis::Type::kCategory) {
      // With probability 1 / (1 + cells e) the observed value, else any.
      const double keep = 1 / (1 + static_cast<double>(axis.cells) * category_epsilon_(a));
      const bool kept = random.uniform() < keep && !prior;
      const double any = random.uniform();
      point(a) = axis.snap(kept ? points_(kernel, a) : any);
    } else {
      const double x = prior ? truncated_normal(random, kPriorCentre, kPriorSigma)
                             : truncated_normal(random, points_(kernel, a), sigmas_(a));
      point(a) = axis.snap(x);
    }
  }
  return point;
}

double ParzenEstimator::category_share(Eigen::Index axis, bool same) const {
  const auto cells = static_cast<double>(axes_[static_cast<std::size_t>(axis)].cells);
  const double e = category_epsilon_(axis);
  return ((same ? 1 : 0) + e) / (1 + cells * e);
}

void ParzenEstimator::add_line(Eigen::Index axis, double x, Eigen::ArrayXf& logs) const {
  logs -= (centres_.col(axis) - static_cast<float>(x) * scales_(axis)).square();
}

void ParzenEstimator::add_cell(Eigen::Index axis, double x, Eigen::ArrayXf& logs) const {
  const Axis& definition = axes_[static_cast<std::size_t>(axis)];
  const std::size_t cell = definition.cell(x);
  const double low = definition.cell_low(cell);
  const double high = definition.cell_high(cell);
  if (high - low <= kNarrow * sigmas_(axis)) {
    add_line(axis, x, logs);
    logs += static_cast<float>(std::log(high - low));
    return;
  }
  const NormalTable& normal = NormalTable::instance();
  const double root = std::sqrt(2 * std::numbers::pi);
  // The constants hold 1 / (sigma sqrt(2 pi)) of a density; a mass has no such factor.
  const double sigma = sigmas_(axis);
  const auto log_mass = [&](double centre) {
    const double mass = normal.mass(low, high, centre, sigma);
    return static_cast<float>(std::log(std::max(mass, kLeastMass) * sigma * root));
  };
  if (!looked_up(definition)) {
    for (Eigen::Index k = 0; k < size(); ++k) {
      logs(k) += log_mass(points_(k, axis));
    }
    return;
  }
  Eigen::ArrayXf row(static_cast<Eigen::Index>(definition.cells));
  for (std::size_t from = 0; from < definition.cells; ++from) {
    const double centre = (definition.cell_low(from) + definition.cell_high(from)) / 2;
    row(static_cast<Eigen::Index>(from)) = log_mass(centre);
  }
  for (Eigen::Index k = 0; k < size(); ++k) {
    logs(k) += row(cells_(k, axis));
  }
}

void ParzenEstimator::add_category(Eigen::Index axis, double x, Eigen::ArrayXf& logs) const {
  const auto same = static_cast<float>(std::log(category_share(axis, true)));
  const auto other = static_cast<float>(std::log(category_share(axis, false)));
  const auto at = static_cast<float>(axes_[static_cast<std::size_t>(axis)].snap(x));
  const float* centres = centres_.col(axis).data();
  float* log = logs.data();
  for (Eigen::Index k = 0; k < logs.size(); ++k) {
    log[k] += centres[k] == at ? same : other;
  }
}

double ParzenEstimator::log_prior(const Eigen::ArrayXXd& points, Eigen::Index row) const {
  const double root = std::sqrt(2 * std::numbers::pi);
  const NormalTable& normal = NormalTable::instance();
  const double inside = normal.mass(0, 1, kPriorCentre, kPriorSigma);
  double log = std::log(prior_share_);
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    const double x = points(row, static_cast<Eigen::Index>(a));
    const std::size_t cell = axes_[a].cell(x);
    const double low = axes_[a].cells > 0 ? axes_[a].cell_low(cell) : 0;
    const double width = axes_[a].cells > 0 ? axes_[a].cell_high(cell) - low : 1;
    if (axes_[a].type == Axis::Type::kCategory) {
      log += std::log(width);
    } else if (axes_[a].cells > 0 && width > kNarrow * kPriorSigma) {
      log += std::log(normal.mass(low, low + width, kPriorCentre, kPriorSigma) / inside);
    } else {
      const double z = (x - kPriorCentre) / kPriorSigma;
      log += std::log(width / (kPriorSigma * root * inside)) - 0.5 * z * z;
    }
  }
  return log;
}

Eigen::ArrayXd ParzenEstimator::log_density(const Eigen::ArrayXXd& points) const {
  Eigen::ArrayXd result(points.rows());
  Eigen::ArrayXf logs(size());
  for (Eigen::Index row = 0; row < points.rows(); ++row) {
    const double prior = log_prior(points, row);
    logs = constants_;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      const auto axis = static_cast<Eigen::Index>(a);
      switch (axes_[a].type) {
        case Axis::Type::kLine:
          add_line(axis, points(row, axis), logs);
          break;
        case Axis::Type::kCells:
          add_cell(axis, points(row, axis), logs);
          break;
        case Axis::Type::kCategory:
          add_category(axis, points(row, axis), logs);
          break;
      }
    }
    const auto floor = static_cast<float>(prior);
    const float most = size() > 0 ? std::max(logs.maxCoeff(), floor) : floor;
    exponentiate(logs, most);
    const double kernels = size() > 0 ? static_cast<double>(logs.sum()) : 0;
    result(row) = most + std::log(kernels + std::exp(prior - static_cast<double>(most)));
  }
  return result;
}

}  // namespace automl::search
