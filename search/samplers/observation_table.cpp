// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/observation_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "search/ranking.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

// NaN equals NaN here.
bool same_bits(const double* a, const double* b, std::size_t count) {
  return count == 0 || std::memcmp(a, b, count * sizeof(double)) == 0;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && same_bits(a.data(), b.data(), a.size());
}

}  // namespace

bool ObservationTable::same(std::size_t row, const Observation& observation) const {
  const std::vector<double>& native = observation.configuration.values;
  return trials_[row] == observation.trial && told_status_[row] == observation.status &&
         same_bits(&values_[row], &observation.value, 1) && native.size() == space_->size() &&
         same_bits(further_[row], observation.further) &&
         same_bits(excess_[row], observation.constraints) &&
         same_bits(natives_.data() + row * space_->size(), native.data(), space_->size());
}

void ObservationTable::read(const History& history) {
  if (history_ == history.identity()) {
    extend(history.observations());
  } else {
    read(history.observations());
  }
  history_ = history.identity();
}

void ObservationTable::read(const std::vector<Observation>& observations) {
  bool continues = size() <= observations.size();
  for (std::size_t row = 0; continues && row < size(); ++row) {
    continues = same(row, observations[row]);
  }
  if (!continues) {
    *this = ObservationTable(*space_);
  }
  history_ = 0;
  extend(observations);
}

void ObservationTable::extend(const std::vector<Observation>& observations) {
  const bool grows = size() < observations.size();
  for (std::size_t row = size(); row < observations.size(); ++row) {
    append(observations[row]);
  }
  if (grows && !plain()) {
    rank(observations);
  }
}

void ObservationTable::rank(const std::vector<Observation>& observations) {
  // Rows whose values don't fit count as failed there too.
  std::vector<Observation> failed(size());
  std::vector<const Observation*> pointers;
  for (std::size_t row = 0; row < size(); ++row) {
    failed[row].status = Status::kFailed;
    failed[row].trial = trials_[row];
    pointers.push_back(status_[row] == Status::kFailed ? &failed[row] : &observations[row]);
  }
  ranking_ = best_first(pointers);
  places_.resize(size());
  for (std::size_t place = 0; place < size(); ++place) {
    places_[ranking_[place]] = place;
  }
}

bool ObservationTable::feasible(std::size_t row) const {
  return status_[row] == Status::kComplete &&
         std::all_of(
             excess_[row].begin(), excess_[row].end(), [](double excess) { return excess <= 0; });
}

std::optional<std::size_t> ObservationTable::best() const {
  std::optional<std::size_t> best;
  if (!plain()) {
    if (status_[ranking_.front()] == Status::kComplete) {
      best = ranking_.front();
    }
    return best;
  }
  for (std::size_t row = 0; row < size(); ++row) {
    if (status_[row] == Status::kComplete && (!best || values_[row] < values_[*best])) {
      best = row;
    }
  }
  return best;
}

std::size_t ObservationTable::as_good_as_best(std::size_t last) const {
  const std::optional<std::size_t> best = this->best();
  if (!best) {
    return 0;
  }
  const bool met = feasible(*best);
  const auto as_good = [&](std::size_t row) {
    return status_[row] == Status::kComplete && feasible(row) == met &&
           (met ? outcome(row) == outcome(*best)
                : total_excess(excess_[row]) == total_excess(excess_[*best]));
  };
  const auto newest = order_.end() - static_cast<std::ptrdiff_t>(std::min(last, size()));
  return static_cast<std::size_t>(std::count_if(newest, order_.end(), as_good));
}

std::vector<double> ObservationTable::outcome(std::size_t row) const {
  std::vector<double> values = {values_[row]};
  values.insert(values.end(), further_[row].begin(), further_[row].end());
  return values;
}

bool ObservationTable::whole(const Observation& observation) const {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!finite(observation.value)) {
    return false;
  }
  return observation.status != Status::kComplete ||
         (observation.further.size() == further_count_ &&
          observation.constraints.size() == constraint_count_ &&
          std::all_of(observation.further.begin(), observation.further.end(), finite) &&
          std::all_of(observation.constraints.begin(), observation.constraints.end(), finite));
}

void ObservationTable::append(const Observation& observation) {
  const std::size_t row = size();
  // Whatever was recorded, a row has one number per parameter.
  std::vector<double> native = observation.configuration.values;
  native.resize(space_->size(), kInactive);
  const std::vector<double> unit = encode(*space_, Configuration{native});
  natives_.insert(natives_.end(), native.begin(), native.end());
  units_.insert(units_.end(), unit.begin(), unit.end());
  if (observation.status == Status::kComplete && !shaped_) {
    shaped_ = true;
    further_count_ = observation.further.size();
    constraint_count_ = observation.constraints.size();
  }
  status_.push_back(whole(observation) ? observation.status : Status::kFailed);
  further_.push_back(observation.further);
  excess_.push_back(observation.constraints);
  told_status_.push_back(observation.status);
  values_.push_back(observation.value);
  trials_.push_back(observation.trial);
  const auto place =
      std::upper_bound(order_.begin(), order_.end(), row, [this](std::size_t a, std::size_t b) {
        return trials_[a] < trials_[b];
      });
  order_.insert(place, row);
  seen_.add(observation.configuration);
}

}  // namespace automl::search
