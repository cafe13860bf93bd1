// SPDX-License-Identifier: Apache-2.0
// Where the search goes once the best place is well known.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/digits.hpp"
#include "search/gp/unit_points.hpp"
#include "search/levels.hpp"
#include "search/samplers/gp.hpp"

namespace automl::search {

using Eigen::Index;

namespace {

constexpr std::size_t kBranches = 6;  // at most are looked at for one suggestion

// What suggestions do by turns. Without a branch that is worth a trial, kBranch goes across.
enum class Way { kStay, kBranchOrStay, kBranch, kAcross, kDoubt, kFar };
constexpr std::array kWays = {Way::kBranch,
                              Way::kDoubt,
                              Way::kAcross,
                              Way::kStay,
                              Way::kBranch,
                              Way::kDoubt,
                              Way::kDoubt,
                              Way::kBranchOrStay,
                              Way::kBranch,
                              Way::kDoubt,
                              Way::kAcross,
                              Way::kStay,
                              Way::kBranch,
                              Way::kFar,
                              Way::kDoubt,
                              Way::kBranchOrStay};
// Log2 of the share of the lengthscales that is believed in where they are doubted.
constexpr double kMostDoubt = -3.5;
constexpr double kLeastDoubt = -0.5;

// Those of `points` whose nearest one of `others` is further away than that of half of them;
// distances in lengthscales.
std::vector<Index> far_half(const gp::Points& points,
                            const gp::Points& others,
                            const Eigen::RowVectorXd& weights) {
  constexpr Index kBlock = 1000;  // rows of `others`, so that memory does not grow with them
  const gp::Points scaled = points.array().rowwise() * weights.array();
  Eigen::VectorXd nearest =
      Eigen::VectorXd::Constant(points.rows(), std::numeric_limits<double>::infinity());
  for (Index first = 0; first < others.rows(); first += kBlock) {
    const gp::Points block =
        others.middleRows(first, std::min(kBlock, others.rows() - first)).array().rowwise() *
        weights.array();
    const Eigen::ArrayXXd distances = gp::squared_distances(scaled, block);
    nearest = nearest.cwiseMin(distances.rowwise().minCoeff().matrix());
  }
  std::vector<Index> order(static_cast<std::size_t>(points.rows()));
  std::iota(order.begin(), order.end(), 0);
  const auto middle = order.begin() + points.rows() / 2;
  std::nth_element(order.begin(), middle, order.end(), [&](Index a, Index b) {
    return nearest(a) != nearest(b) ? nearest(a) < nearest(b) : a < b;
  });
  order.erase(order.begin(), middle);
  return order;
}

// The best value of a plain table with a complete trial.
double lowest(const ObservationTable& table) {
  double value = std::numeric_limits<double>::infinity();
  for (std::size_t row = 0; row < table.size(); ++row) {
    value = table.status(row) == Status::kComplete ? std::min(value, table.value(row)) : value;
  }
  return value;
}

}  // namespace

std::optional<Suggestion> GpSampler::suggest_across(Turn& turn, const gp::Wanted& wanted) {
  const gp::Points across = candidates_.across(wanted.best.row(0), options_.across, turn.random);
  return because(
      "across from the best trial",
      first_untried(
          turn, wanted, gp::sorted(across, wanted.acquisition->values(map_.features(across)))));
}

std::optional<Suggestion> GpSampler::suggest_in_doubt(Turn& turn, bool far) {
  const double share = std::exp2(turn.random.uniform(kMostDoubt, kLeastDoubt));
  const std::optional<gp::Wanted> doubted = learn(turn.request, turn.pending, share);
  if (!doubted) {
    return std::nullopt;
  }
  const std::string why = "with " + digits(share) + " of the likely lengthscales";
  if (!far) {
    return because(why, first_untried(turn, *doubted, proposals(turn, *doubted)));
  }
  const gp::Points spread = candidates_.spread(options_.candidates, doubted->region, turn.random);
  const std::vector<Index> rows =
      far_half(map_.features(spread), map_.features(gp::unit_points(table_)), doubted->weights);
  const gp::Points unit = spread(rows, Eigen::all);
  const gp::Proposals sorted = gp::sorted(unit, doubted->acquisition->values(map_.features(unit)));
  return because("far from all trials, " + why, first_untried(turn, *doubted, sorted));
}

std::optional<Suggestion> GpSampler::suggest_elsewhere(Turn& turn,
                                                       const gp::Wanted& wanted,
                                                       bool late) {
  const Way way = kWays[turn.index % kWays.size()];
  switch (way) {
    case Way::kStay:
      return std::nullopt;
    case Way::kDoubt:
      return suggest_in_doubt(turn, false);
    case Way::kFar:
      return suggest_in_doubt(turn, true);
    case Way::kBranchOrStay:
    case Way::kBranch:
    case Way::kAcross:
      break;
  }
  // What others depend on is worth looking at more often than a mere choice.
  const bool branching = way != Way::kAcross || space_.conditional();
  if (branching && table_.plain() && late) {
    if (std::optional<Suggestion> branch = suggest_in_branch(turn, wanted)) {
      return branch;
    }
  }
  return way == Way::kBranchOrStay ? std::nullopt : suggest_across(turn, wanted);
}

// As if there were nothing else: beside the values of all trials its own might look alike.
std::optional<gp::Wanted> GpSampler::learn_branch(const Turn& turn, const gp::Branch& branch) {
  const auto inside = [&](const Configuration& one) {
    return one.values.size() == space_.size() && one.active(branch.parameter) &&
           level_of(space_[branch.parameter], one.values[branch.parameter]) == branch.level;
  };
  std::vector<Observation> own;
  for (const Observation& one : turn.request.history.observations()) {
    if (inside(one.configuration)) {
      own.push_back(one);
    }
  }
  ObservationTable table(space_);
  table.read(own);
  gp::JointModel& model =
      branches_.try_emplace({branch.parameter, branch.level}, map_, options_.model).first->second;
  std::optional<gp::Wanted> wanted = model.train(table, {turn.request.seed, turn.request.expired});
  Random random(turn.request.seed, turn.index ^ 0x6272616eULL);
  for (const Configuration& one : turn.pending) {
    if (wanted && inside(one)) {
      imagine(*wanted, one, false, random);
    }
  }
  return wanted;
}

std::optional<Suggestion> GpSampler::first_of_branch(Turn& turn,
                                                     const gp::Wanted& wanted,
                                                     const gp::Branch& branch) {
  const gp::Points drawn = candidates_.switched(
      candidates_.spread(options_.candidates, gp::everywhere(map_), turn.random),
      branch.parameter,
      branch.level,
      turn.random);
  std::optional<Suggestion> found =
      first_untried(turn, wanted, {drawn, wanted.acquisition->values(map_.features(drawn))});
  if (found) {
    found->reason =
        "gp: with another " + space_[branch.parameter].name + ", of which no trial is complete";
  }
  return found;
}

std::optional<Suggestion> GpSampler::best_of_branch(Turn& turn, const gp::Branch& branch) {
  const std::optional<gp::Wanted> own = learn_branch(turn, branch);
  if (!own) {
    return std::nullopt;
  }
  // At first the branch is learnt, then it has to be better than all others.
  if (branch.trials >= initial_ + initial_ / 2) {
    const gp::OutputTransform& transform = own->targets.front().transform;
    own->improvement->demand(transform(branch.best) - transform(lowest(table_)));
  }
  const gp::Points spread = candidates_.spread(options_.candidates, own->region, turn.random);
  const gp::Points around = candidates_.around(own->best, options_.sprayed, share(), turn.random);
  gp::Points all(spread.rows() + around.rows() + own->best.rows(), spread.cols());
  all << around, own->best, spread;
  all = candidates_.switched(std::move(all), branch.parameter, branch.level, turn.random);
  const gp::WithinBranch acquisition(
      *own->acquisition, map_, branch, map_.features(own->best).row(0));
  const gp::Proposals proposed =
      optimizer_.maximise(acquisition, all, own->weights, own->region, turn.random);
  if (proposed.values(0) < options_.enough) {
    return std::nullopt;
  }
  return because("with another " + space_[branch.parameter].name,
                 first_untried(turn, *own, proposed));
}

std::optional<Suggestion> GpSampler::suggest_in_branch(Turn& turn, const gp::Wanted& wanted) {
  std::vector<gp::Branch> branches =
      gp::other_branches(table_, space_, wanted.best.row(0), initial_);
  branches.resize(std::min(branches.size(), kBranches));
  for (const gp::Branch& branch : branches) {
    std::optional<Suggestion> found =
        branch.trials == 0 ? first_of_branch(turn, wanted, branch) : best_of_branch(turn, branch);
    if (found) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace automl::search
