// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "search/gp/fit.hpp"
#include "search/gp/neighbourhood.hpp"
#include "search/gp/output_transform.hpp"
#include "search/gp/surrogate.hpp"
#include "search/samplers/observation_table.hpp"

namespace automl::search::gp {

class PriorModels;

struct ModelOptions {
  Prior prior;
  bool warped = true;  // learn an input warping from `warp_from` trials on
  std::size_t warp_from = 15;
  std::size_t linear_until = 32;  // up to so many trials constraints need not be drawn in
  int rounds = 40;                // evaluations of the marginal likelihood per start of a fit
  int late_rounds = 10;           // the same from 64 trials on
  bool once = false;              // one fit to all trials, not one to each number of them before
  std::size_t fit_from = 3;       // the prior's mode before
  double growth = 0.05;        // a fit is made when the trials have grown by this share, or by one
  std::size_t fit_rows = 300;  // a fit looks at this many trials at most
  std::size_t local_from = 1000;  // more trials than this: a local model
  std::size_t local_rows = 300;   // of this many trials around the best one
  int members = 1;                // hyperparameter samples averaged over while trials are few
  std::size_t members_until = 60;
};

// One number of every trial: an objective (to be minimised) or a constraint (met up to 0).
struct Series {
  OutputTransform::Kind kind = OutputTransform::Kind::kObjective;
  std::vector<double> values;  // a row of the table each; any number where it is not complete
  // For each row, the worst value on the front of the trials up to it, which is as good as the best
  // one is. Empty: one objective.
  std::vector<double> worst_on_front = {};
};

// Beyond `local_from` trials a model is local: conditioned on the trials near one row of the table.
struct Focus {
  std::optional<std::size_t> centre;                // unset: the row with the lowest value
  const std::vector<Eigen::Index>* rows = nullptr;  // set: exactly these, whatever is near
};

// What every model of a suggestion is learned with.
struct Effort {
  std::uint64_t seed = 0;
  std::function<bool()> expired;  // empty: never; asked before each fit
  double lengthscales = 1;        // of the fitted ones, this share is what surrogates have
};

// A history turned into surrogates, ready to be asked.
struct Trained {
  std::vector<Surrogate> surrogates;
  OutputTransform transform;
  Eigen::RowVectorXd weights;      // 1 / lengthscale per column
  Points best;                     // unit points of the best trials, best first
  Region region;                   // where to search
  std::vector<Eigen::Index> rows;  // of the table, that the surrogates are conditioned on
  std::size_t stagnant = 0;        // trials since the best value improved markedly
};

// Learns one series of finished trials. Failed ones count as bad as the worst, pruned ones as at
// least average. Hyperparameters are fitted at certain numbers of trials only, from the trials
// finished by then, each fit starting from the one before. So they follow from the history alone; a
// restart repeats all fits. Fits are kept between calls.
class Model {
 public:
  // The map must outlive it.
  Model(const FeatureMap& map, const ModelOptions& options) : map_(&map), options_(options) {}

  // Earlier tasks give the mean function from now on; null: none. They must outlive the model.
  void expect(const PriorModels* priors) { priors_ = priors; }

  // Unset when no trial is complete, nothing could be factorised, or time is up.
  std::optional<Trained> train(const ObservationTable& table,
                               const Series& series,
                               const Focus& focus,
                               const Effort& effort);

 private:
  struct Data {
    Points unit;
    Points features;
    Eigen::VectorXd targets;
    std::vector<std::size_t> complete;  // rows
  };
  static std::size_t stagnant(const ObservationTable& table, const Series& series);
  Data collect(const ObservationTable& table,
               const Series& series,
               std::size_t rows,
               const OutputTransform& transform) const;
  struct Known {
    OutputTransform::Kind kind = OutputTransform::Kind::kObjective;
    std::vector<Hyperparameters> hyperparameters;
    // Minus the log posterior density of the values as observed, so that kinds compare.
    double value = std::numeric_limits<double>::infinity();
    std::uint64_t digest = 0;  // of the trials it was fitted to
  };
  // Of the last fit at or before this number of rows. Null: time is up.
  const Known* newest(const ObservationTable& table,
                      const Series& series,
                      std::size_t rows,
                      const Effort& effort);
  Known fitted(const ObservationTable& table,
               const Series& series,
               std::size_t rows,
               const std::optional<Hyperparameters>& warm,
               std::uint64_t seed) const;
  Known fitted_as(OutputTransform::Kind kind,
                  const ObservationTable& table,
                  const Series& series,
                  std::size_t rows,
                  const std::optional<Hyperparameters>& warm,
                  std::uint64_t seed) const;
  // Null without earlier tasks that are worth something for these trials.
  std::shared_ptr<const MeanFunction> mean_function(const Data& data) const;
  void condition(const Data& data,
                 const std::vector<Hyperparameters>& samples,
                 const std::shared_ptr<const MeanFunction>& mean,
                 Trained& trained) const;
  void forget_changed(const ObservationTable& table, const Series& series);

  const FeatureMap* map_;
  ModelOptions options_;
  const PriorModels* priors_ = nullptr;
  std::map<std::size_t, Known> fits_;   // by number of trials
  std::vector<std::uint64_t> digests_;  // of the first 0, 1, … trials
};

// The number of trials of the fit after the one at `rows`.
std::size_t next_fit(std::size_t rows, double growth = ModelOptions().growth);

}  // namespace automl::search::gp
