// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/pbt.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "search/analysis/student_t.hpp"

namespace automl::search {
namespace {

constexpr std::size_t kTestedValues = 10;  // Jaderberg et al.: the last 10 evaluations
constexpr double kSignificance = 0.05;

struct Moments {
  double mean = 0;
  double mean_variance = 0;  // of the mean
  double degrees = 0;
};

Moments moments(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  Moments result{0, 0, n - 1};
  for (const double value : values) {
    result.mean += value / n;
  }
  for (const double value : values) {
    result.mean_variance += (value - result.mean) * (value - result.mean) / (n * (n - 1));
  }
  return result;
}

std::vector<double> last_values(const Trajectory& trajectory) {
  std::vector<double> values;
  const std::vector<Trajectory::Point>& points = trajectory.points();
  for (auto point = points.rbegin(); point != points.rend() && values.size() < kTestedValues;
       ++point) {
    if (std::isfinite(point->value)) {
      values.push_back(point->value);
    }
  }
  return values;
}

}  // namespace

double welch_lower(const std::vector<double>& a, const std::vector<double>& b) {
  const Moments first = moments(a);
  const Moments second = moments(b);
  const double variance = first.mean_variance + second.mean_variance;
  if (!(variance > 0)) {
    return first.mean < second.mean ? 0 : 1;
  }
  const double t = (first.mean - second.mean) / std::sqrt(variance);
  // Welch and Satterthwaite, in shares of the variance so that no square overflows.
  const double u = first.mean_variance / variance;
  const double w = second.mean_variance / variance;
  const double degrees = 1 / (u * u / first.degrees + w * w / second.degrees);
  return std::isfinite(t) ? student_t_cdf(t, degrees) : 1;
}

std::vector<PbtScheduler::Member> PbtScheduler::population(const TrialCurves& curves) const {
  std::vector<Member> members;
  for (std::size_t i = 0; i < curves.curves().size(); ++i) {
    const Curve& curve = curves.curves()[i];
    const std::vector<Trajectory::Point>& points = trajectories_[i].points();
    const bool takes_part =
        curve.state == TrialState::kRunning || curve.state == TrialState::kPaused;
    if (!takes_part || points.empty()) {
      continue;
    }
    const double value = points.back().value;
    members.push_back({std::isfinite(value) ? value : Trajectory::kNone, curve.trial, i});
  }
  return members;
}

PbtScheduler::Choice PbtScheduler::truncate(std::vector<Member> members,
                                            const Member& self,
                                            Random& random) const {
  const auto better = [](const Member& a, const Member& b) {
    return a.value != b.value ? a.value < b.value : a.trial < b.trial;
  };
  const std::size_t n = members.size();
  const auto share =
      static_cast<std::size_t>(std::ceil(options_.fraction * static_cast<double>(n) * (1 - 1e-12)));
  const std::size_t few = std::min(std::max<std::size_t>(share, 1), n / 2);
  const auto rank = static_cast<std::size_t>(std::count_if(
      members.begin(), members.end(), [&](const Member& one) { return better(one, self); }));
  const std::string place = "number " + std::to_string(rank + 1) + " of " + std::to_string(n);
  if (rank < n - few) {
    return {std::nullopt, place};
  }
  const auto chosen = members.begin() + static_cast<std::ptrdiff_t>(random.below(few));
  std::nth_element(members.begin(), chosen, members.end(), better);
  if (!(chosen->value < self.value)) {
    return {std::nullopt, place + ", but none is better"};
  }
  return {chosen->curve, place};
}

bool PbtScheduler::significantly_better(std::size_t other, std::size_t self) const {
  const std::vector<double> theirs = last_values(trajectories_[other]);
  const std::vector<double> own = last_values(trajectories_[self]);
  return theirs.size() >= 2 && own.size() >= 2 && welch_lower(theirs, own) < kSignificance;
}

PbtScheduler::Choice PbtScheduler::choose(std::vector<Member> members,
                                          const Member& self,
                                          Random& random) const {
  if (members.size() < 2) {
    return {std::nullopt, "there is no other member yet"};
  }
  if (options_.exploitation == Exploitation::kTruncation) {
    return truncate(std::move(members), self, random);
  }
  std::size_t place = random.below(members.size() - 1);
  place += members[place].curve >= self.curve ? 1 : 0;
  const Member& other = members[place];
  const std::string against = "against trial " + std::to_string(other.trial);
  bool lost = other.value < self.value;
  if (lost && options_.exploitation == Exploitation::kTTest && std::isfinite(self.value)) {
    lost = significantly_better(other.curve, self.curve);
  }
  return lost ? Choice{other.curve, "lost " + against}
              : Choice{std::nullopt, "did not lose " + against};
}

Explored PbtScheduler::changed(const TrialCurves& curves,
                               std::size_t /*member*/,
                               std::size_t source,
                               Random& random) {
  const Configuration& from = curves.curves()[source].configuration();
  return explore(space_, limits_, from, options_.perturb, random);
}

std::size_t PbtScheduler::waiting_behind(const TrialCurves& curves, std::size_t member) const {
  const std::int64_t step = trajectories_[member].points().back().step;
  std::size_t count = 0;
  for (std::size_t i = 0; i < curves.curves().size(); ++i) {
    const std::vector<Trajectory::Point>& points = trajectories_[i].points();
    const bool behind = points.empty() || points.back().step < step;
    count += behind && curves.curves()[i].state == TrialState::kPaused ? 1 : 0;
  }
  return count;
}

std::optional<Resume> PbtScheduler::on_slot_free(const TrialCurves& curves) {
  if (options_.population == 0) {
    return std::nullopt;
  }
  trajectories_.follow(curves);
  using Turn = std::tuple<std::int64_t, double, std::int64_t>;  // step, value, trial
  std::optional<Turn> next;
  bool anybody_runs = false;
  for (std::size_t i = 0; i < curves.curves().size(); ++i) {
    const Curve& curve = curves.curves()[i];
    anybody_runs |= curve.state == TrialState::kRunning;
    if (curve.state != TrialState::kPaused) {
      continue;
    }
    const std::vector<Trajectory::Point>& points = trajectories_[i].points();
    const std::int64_t step = points.empty() ? 0 : points.back().step;
    const double value = points.empty() ? Trajectory::kNone : points.back().value;
    const Turn turn(step, std::isfinite(value) ? value : Trajectory::kNone, curve.trial);
    next = next ? std::min(*next, turn) : turn;
  }
  // Where nobody runs no new member may be to come.
  if (!next || (curves.curves().size() < options_.population && anybody_runs)) {
    return std::nullopt;
  }
  const auto& [step, value, trial] = *next;
  return Resume{trial, name_ + ": its turn, after step " + std::to_string(step)};
}

Verdict PbtScheduler::on_measurement(const TrialCurves& curves, std::int64_t trial) {
  trajectories_.follow(curves);
  const std::size_t index = *curves.index_of(trial);
  const Arrival& arrival = trajectories_.arrival(index);
  if (!arrival.crosses(options_.interval, options_.interval)) {
    return {Action::kProceed, name_ + ": between two decisions", {}};
  }
  const std::string at = " at step " + std::to_string(arrival.report.step);
  if (const std::size_t begun = curves.curves().size(); begun < options_.population) {
    return {Action::kPause,
            name_ + ": " + std::to_string(begun) + " of " + std::to_string(options_.population) +
                " members have begun" + at,
            {}};
  }
  std::vector<Member> members = population(curves);
  const auto self = std::find_if(
      members.begin(), members.end(), [&](const Member& one) { return one.curve == index; });
  if (self == members.end()) {
    return {Action::kProceed, name_ + ": no member of the population any more", {}};
  }
  Random random(setting_.seed, curves.events().size());
  const Choice choice = choose(members, *self, random);
  if (!choice.source) {
    const std::size_t waiting = options_.population > 0 ? waiting_behind(curves, index) : 0;
    if (waiting > 0) {
      const std::string others = std::to_string(waiting) + (waiting == 1 ? " waits" : " wait");
      return {
          Action::kPause, name_ + ": " + choice.why + at + ", and " + others + " behind it", {}};
    }
    return {Action::kProceed, name_ + ": " + choice.why + at, {}};
  }
  const Curve& source = curves.curves()[*choice.source];
  const std::int64_t step = trajectories_[*choice.source].points().back().step;
  Explored next = changed(curves, index, *choice.source, random);
  return {Action::kExploit,
          name_ + ": " + choice.why + at + ", so it takes over trial " +
              std::to_string(source.trial) + " at step " + std::to_string(step) + ", " + next.note,
          Exploit{{source.trial, step}, std::move(next.configuration)}};
}

}  // namespace automl::search
