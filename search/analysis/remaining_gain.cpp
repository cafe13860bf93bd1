// SPDX-License-Identifier: Apache-2.0
#include "search/analysis/remaining_gain.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "search/analysis/function_model.hpp"
#include "search/gp/acquisition_optimizer.hpp"
#include "search/gp/candidates.hpp"
#include "search/gp/expected_improvement.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using gp::Points;

constexpr std::uint64_t kStream = 0x6761696eULL;
constexpr Index kAroundBest = 20;
constexpr Index kAroundLowest = 6;
constexpr Index kProposals = 10;
constexpr std::size_t kMostLowest = 64;
constexpr int kRefinements = 2;

Points stacked(const std::vector<Points>& parts) {
  Index rows = 0;
  for (const Points& part : parts) {
    rows += part.rows();
  }
  Points all(rows, parts.front().cols());
  rows = 0;
  for (const Points& part : parts) {
    all.middleRows(rows, part.rows()) = part;
    rows += part.rows();
  }
  return all;
}

// Those that are allowed and are not expected to fail.
Points promising(const SearchSpace& space, const FunctionModel& model, const Points& unit) {
  const std::vector<bool> counts = model.likely_to_count(model.map->features(unit));
  Points result(unit.rows(), unit.cols());
  Index count = 0;
  for (Index row = 0; row < unit.rows(); ++row) {
    const Eigen::RowVectorXd at = unit.row(row);
    const bool allowed =
        space.forbidden().empty() ||
        space.allowed(decode(space, std::vector<double>(at.data(), at.data() + at.size())));
    if (allowed && counts[static_cast<std::size_t>(row)]) {
      result.row(count++) = at;
    }
  }
  return result.topRows(count);
}

// Functions drawn from all models, one below the other: by function and configuration. The last
// column is the incumbent.
std::optional<MatrixXd> draw(const FunctionModel& model,
                             const Points& unit,
                             int draws,
                             Random& random) {
  const Points features = model.map->features(unit);
  Points at(features.rows() + 1, features.cols());
  at << features, model.features.row(static_cast<Index>(model.incumbent));
  MatrixXd all(static_cast<Index>(model.members.size()) * draws, at.rows());
  for (std::size_t m = 0; m < model.members.size(); ++m) {
    const std::optional<MatrixXd> values = FunctionModel::draw(model.members[m], at, draws, random);
    if (!values) {
      return std::nullopt;
    }
    all.middleRows(static_cast<Index>(m) * draws, draws) = values->transpose();
  }
  return all;
}

Points first_candidates(const SearchSpace& space,
                        const FunctionModel& model,
                        const RemainingGainOptions& options,
                        Random& random) {
  gp::Candidates candidates(*model.map);
  const gp::Region region = gp::everywhere(*model.map);
  const double share = std::min(1.0, 20.0 / static_cast<double>(model.map->varying().size()));
  const Points all = stacked({model.best,
                              candidates.around(model.best, kAroundBest, share, random),
                              candidates.spread(options.candidates, region, random)});
  const gp::AcquisitionOptimizer optimizer(*model.map, {});
  gp::ExpectedImprovement acquisition(model.members);
  std::vector<Points> parts = {all};
  // Who looks for more looks farther away.
  for (const double margin : {0.0, 0.5, 1.0, 2.0}) {
    acquisition.demand(margin);
    const gp::Proposals found = optimizer.maximise(acquisition, all, model.weights, region, random);
    parts.push_back(found.unit.topRows(std::min(kProposals, found.unit.rows())));
  }
  return promising(space, model, stacked(parts));
}

// The lowest points of the functions, and points around them.
Points refined(const SearchSpace& space,
               const FunctionModel& model,
               const Points& first,
               const MatrixXd& functions,
               Random& random) {
  std::set<Index> lowest;
  for (Index s = 0; s < functions.rows() && lowest.size() < kMostLowest; ++s) {
    Index at = 0;
    functions.row(s).head(first.rows()).minCoeff(&at);
    lowest.insert(at);
  }
  Points centres(static_cast<Index>(lowest.size()), first.cols());
  Index row = 0;
  for (const Index at : lowest) {
    centres.row(row++) = first.row(at);
  }
  const double share = std::min(1.0, 20.0 / static_cast<double>(model.map->varying().size()));
  const gp::Candidates candidates(*model.map);
  return promising(
      space, model, stacked({centres, candidates.around(centres, kAroundLowest, share, random)}));
}

// Improvements on the incumbent in the objective's units, function by configuration.
MatrixXd improvements(const FunctionModel& model, const MatrixXd& functions) {
  const Index count = functions.cols() - 1;
  MatrixXd gains(functions.rows(), count);
  for (Index s = 0; s < functions.rows(); ++s) {
    const double now = functions(s, count);
    for (Index c = 0; c < count; ++c) {
      const double value = functions(s, c);
      gains(s, c) = value < now ? model.transform.inverse(now) - model.transform.inverse(value) : 0;
    }
  }
  return gains.unaryExpr([](double gain) { return std::isfinite(gain) ? gain : 0; });
}

// Expected best of a growing batch of configurations, each the one that adds most.
std::vector<double> greedy_batch(const MatrixXd& gains, std::size_t count) {
  std::vector<double> expected;
  Eigen::VectorXd best = Eigen::VectorXd::Zero(gains.rows());
  while (expected.size() < count) {
    Index chosen = 0;
    double most = -1;
    for (Index c = 0; c < gains.cols(); ++c) {
      const double mean = best.cwiseMax(gains.col(c)).mean();
      if (mean > most) {
        most = mean;
        chosen = c;
      }
    }
    best = best.cwiseMax(gains.col(chosen));
    expected.push_back(most);
  }
  return expected;
}

}  // namespace

std::optional<RemainingGain> remaining_gain(const SearchSpace& space,
                                            const FunctionModel& model,
                                            std::uint64_t seed,
                                            const RemainingGainOptions& options) {
  Random random(seed, kStream);
  Points candidates = first_candidates(space, model, options, random);
  std::optional<MatrixXd> functions;
  for (int round = 0; round <= kRefinements; ++round) {
    if (round > 0) {
      candidates = refined(space, model, candidates, *functions, random);
    }
    functions =
        candidates.rows() > 0 ? draw(model, candidates, options.draws, random) : std::nullopt;
    if (!functions) {
      return std::nullopt;
    }
  }
  RemainingGain result;
  double mean = 0;
  for (const gp::Surrogate& member : model.members) {
    mean += member.fitted()(static_cast<Index>(model.incumbent), 0);
  }
  result.best = model.transform.inverse(mean / static_cast<double>(model.members.size()));
  const MatrixXd gains = improvements(model, *functions);
  const Eigen::VectorXd regret = gains.rowwise().maxCoeff();
  result.possible = regret.mean();
  result.expected = greedy_batch(gains, options.next);
  result.tolerance = options.share * (model.typical_value - model.best_value);
  result.certainty = (regret.array() <= result.tolerance).cast<double>().mean();
  result.stop = result.certainty >= options.certainty;
  return result;
}

std::optional<RemainingGain> remaining_gain(const SearchSpace& space,
                                            const History& history,
                                            std::uint64_t seed,
                                            const RemainingGainOptions& options) {
  const std::optional<FunctionModel> model = fit_function(space, history, seed);
  return model ? remaining_gain(space, *model, seed, options) : std::nullopt;
}

}  // namespace automl::search
