// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/observation_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

// NaN equals NaN here.
bool same_bits(const double* a, const double* b, std::size_t count) {
  return count == 0 || std::memcmp(a, b, count * sizeof(double)) == 0;
}

}  // namespace

bool ObservationTable::same(std::size_t row, const Observation& observation) const {
  const std::vector<double>& native = observation.configuration.values;
  return trials_[row] == observation.trial && told_status_[row] == observation.status &&
         same_bits(&values_[row], &observation.value, 1) && native.size() == space_->size() &&
         same_bits(natives_.data() + row * space_->size(), native.data(), space_->size());
}

void ObservationTable::read(const History& history) {
  const std::vector<Observation>& observations = history.observations();
  bool continues = size() <= observations.size();
  for (std::size_t row = 0; continues && row < size(); ++row) {
    continues = same(row, observations[row]);
  }
  if (!continues) {
    *this = ObservationTable(*space_);
  }
  for (std::size_t row = size(); row < observations.size(); ++row) {
    append(observations[row]);
  }
}

void ObservationTable::append(const Observation& observation) {
  const std::size_t row = size();
  // Whatever was recorded, a row has one number per parameter.
  std::vector<double> native = observation.configuration.values;
  native.resize(space_->size(), kInactive);
  const std::vector<double> unit = encode(*space_, Configuration{native});
  natives_.insert(natives_.end(), native.begin(), native.end());
  units_.insert(units_.end(), unit.begin(), unit.end());
  status_.push_back(std::isfinite(observation.value) ? observation.status : Status::kFailed);
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
