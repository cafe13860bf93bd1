// SPDX-License-Identifier: Apache-2.0
#include "search/trial_curves.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

namespace automl::search {
namespace {

std::uint64_t mix(std::uint64_t digest, std::uint64_t word) {
  digest = (std::rotl(digest, 23) ^ word) * 0x9e3779b97f4a7c15ULL;
  return digest ^ (digest >> 32);
}

// The leg that a trial was on when an event happened.
std::size_t leg_at(const Curve& curve, std::size_t event) {
  std::size_t leg = curve.legs.size() - 1;
  while (leg > 0 && curve.legs[leg].first_event >= event) {
    --leg;
  }
  return leg;
}

std::int64_t highest_step(const Curve& curve, std::size_t leg) {
  const std::size_t end =
      leg + 1 < curve.legs.size() ? curve.legs[leg + 1].first_report : curve.reports.size();
  const std::optional<Origin>& origin = curve.legs[leg].origin;
  std::int64_t highest = origin ? origin->step : 0;
  for (std::size_t i = curve.legs[leg].first_report; i < end; ++i) {
    highest = std::max(highest, curve.reports[i].step);
  }
  return highest;
}

}  // namespace

std::optional<std::size_t> TrialCurves::index_of(std::int64_t trial) const {
  const auto found = index_.find(trial);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t TrialCurves::existing(std::int64_t trial) const {
  const auto found = index_.find(trial);
  if (found == index_.end()) {
    throw std::invalid_argument("trial " + std::to_string(trial) + " was not started");
  }
  return found->second;
}

void TrialCurves::append(const Event& event, const std::vector<std::uint64_t>& content) {
  std::uint64_t digest = this->digest(events_.size());
  digest = mix(digest, static_cast<std::uint64_t>(event.kind) + 1);
  digest = mix(digest, static_cast<std::uint64_t>(event.state));
  digest = mix(digest, event.curve);
  for (const std::uint64_t word : content) {
    digest = mix(digest, word);
  }
  events_.push_back(event);
  digests_.push_back(digest);
}

void TrialCurves::start(std::int64_t trial, Configuration configuration) {
  if (!index_.emplace(trial, curves_.size()).second) {
    throw std::invalid_argument("trial " + std::to_string(trial) + " was started before");
  }
  const std::uint64_t content = ConfigurationHash()(configuration);
  curves_.push_back({trial, TrialState::kRunning, {}, {}});
  curves_.back().legs.push_back({std::move(configuration), std::nullopt, 0, events_.size(), 0});
  append({Event::Kind::kStart,
          TrialState::kRunning,
          static_cast<std::uint32_t>(curves_.size() - 1),
          0},
         {static_cast<std::uint64_t>(trial), content});
}

void TrialCurves::report(std::int64_t trial, std::int64_t step, double value) {
  const std::size_t index = existing(trial);
  Curve& curve = curves_[index];
  curve.reports.push_back({step, value});
  append({Event::Kind::kReport,
          curve.state,
          static_cast<std::uint32_t>(index),
          static_cast<std::uint32_t>(curve.reports.size() - 1)},
         {static_cast<std::uint64_t>(step), std::bit_cast<std::uint64_t>(value)});
}

void TrialCurves::set_state(std::int64_t trial, TrialState state) {
  const std::size_t index = existing(trial);
  curves_[index].state = state;
  append({Event::Kind::kState, state, static_cast<std::uint32_t>(index), 0}, {});
}

void TrialCurves::exploit(std::int64_t trial,
                          const Origin& origin,
                          Configuration configuration,
                          std::optional<std::size_t> decided) {
  existing(origin.trial);
  add_leg(trial, origin, std::move(configuration), decided.value_or(events_.size()));
}

void TrialCurves::start_over(std::int64_t trial, Configuration configuration) {
  add_leg(trial, std::nullopt, std::move(configuration), events_.size());
}

void TrialCurves::add_leg(std::int64_t trial,
                          const std::optional<Origin>& origin,
                          Configuration configuration,
                          std::size_t decided) {
  const std::size_t index = existing(trial);
  Curve& curve = curves_[index];
  const std::uint64_t content = ConfigurationHash()(configuration);
  curve.legs.push_back(
      {std::move(configuration), origin, curve.reports.size(), events_.size(), decided});
  const Origin from = origin.value_or(Origin{-1, -1});
  append({Event::Kind::kExploit, curve.state, static_cast<std::uint32_t>(index), 0},
         {static_cast<std::uint64_t>(from.trial), static_cast<std::uint64_t>(from.step), content});
}

std::vector<Ancestor> lineage(const TrialCurves& curves,
                              std::int64_t trial,
                              std::optional<std::size_t> last) {
  const Curve* curve = &curves.of(trial);
  std::size_t leg = last.value_or(curve->legs.size() - 1);
  std::vector<Ancestor> found{
      {trial, highest_step(*curve, leg), curve->legs.at(leg).configuration}};
  while (curve->legs[leg].origin) {
    const Origin& origin = *curve->legs[leg].origin;
    const std::size_t event = curve->legs[leg].decided;
    curve = &curves.of(origin.trial);
    leg = leg_at(*curve, event);
    found.push_back({origin.trial, origin.step, curve->legs[leg].configuration});
  }
  std::reverse(found.begin(), found.end());
  return found;
}

void Follower::follow(const TrialCurves& curves) {
  const std::vector<TrialCurves::Event>& events = curves.events();
  if (read_ > events.size() || curves.digest(read_) != digest_) {
    forget();
    read_ = 0;
  }
  for (; read_ < events.size(); ++read_) {
    absorb(curves, events[read_]);
  }
  digest_ = curves.digest(read_);
}

}  // namespace automl::search
