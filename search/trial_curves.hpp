// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "search/configuration.hpp"

namespace automl::search {

// Failed and complete trials have ended; a stopped one was ended early, a paused one may go on.
enum class TrialState { kRunning, kPaused, kStopped, kComplete, kFailed };

// One reported value, to be minimised. It may be NaN or infinite; steps may be missing, repeated or
// come late.
struct Report {
  std::int64_t step = 0;
  double value = 0;
};

// Where a trial took over a checkpoint: of another one, or one of its own from an earlier leg.
struct Origin {
  std::int64_t trial = 0;
  std::int64_t step = 0;
};

// What a trial did with one configuration: from its start, or from an exploit, on.
struct Leg {
  Configuration configuration;
  std::optional<Origin> origin;  // unset: zero
  std::size_t first_report = 0;
  std::size_t first_event = 0;  // of TrialCurves::events()
  std::size_t decided = 0;      // events there were when its exploit was decided
};

struct Curve {
  std::int64_t trial = 0;
  TrialState state = TrialState::kRunning;
  std::vector<Leg> legs;        // at least one
  std::vector<Report> reports;  // in the order in which they arrived

  const Configuration& configuration() const { return legs.back().configuration; }
};

// Everything that schedulers know of a study's trials: a log that is appended to, never changed,
// and the curves that follow from it. Replaying the same calls gives an equal one. Functions throw
// std::invalid_argument for a trial that was not started, or was before.
class TrialCurves {
 public:
  struct Event {
    enum class Kind : std::uint8_t { kStart, kReport, kState, kExploit };
    Kind kind;
    TrialState state;      // after it; kState
    std::uint32_t curve;   // index into curves()
    std::uint32_t report;  // index into its reports; kReport
  };

  void start(std::int64_t trial, Configuration configuration);
  void report(std::int64_t trial, std::int64_t step, double value);
  void set_state(std::int64_t trial, TrialState state);
  // `decided`: how many events there were when the origin was chosen; unset: those there are now.
  void exploit(std::int64_t trial,
               const Origin& origin,
               Configuration configuration,
               std::optional<std::size_t> decided = std::nullopt);
  // What it was to take over could not be used, and it has nothing else: it trains from zero.
  void start_over(std::int64_t trial, Configuration configuration);

  const std::vector<Curve>& curves() const { return curves_; }
  std::optional<std::size_t> index_of(std::int64_t trial) const;
  const Curve& of(std::int64_t trial) const { return curves_[existing(trial)]; }
  const std::vector<Event>& events() const { return events_; }
  // Of the first `count` events, by which a cache knows a log again.
  std::uint64_t digest(std::size_t count) const { return count == 0 ? 0 : digests_[count - 1]; }

 private:
  std::size_t existing(std::int64_t trial) const;
  void add_leg(std::int64_t trial,
               const std::optional<Origin>& origin,
               Configuration configuration,
               std::size_t decided);
  void append(const Event& event, const std::vector<std::uint64_t>& content);

  std::vector<Curve> curves_;
  std::unordered_map<std::int64_t, std::size_t> index_;
  std::vector<Event> events_;
  std::vector<std::uint64_t> digests_;
};

// One who took part in a trial's present weights.
struct Ancestor {
  std::int64_t trial = 0;
  std::int64_t until = 0;  // the step at which the next one took over
  Configuration configuration;
};

// From the first ancestor to the trial itself: the schedule of configurations by which its weights
// were trained (Jaderberg et al. 2017, section 4). `until` of the last one is its highest step.
// `leg`: those it had at the end of that leg; unset: of its last.
std::vector<Ancestor> lineage(const TrialCurves& curves,
                              std::int64_t trial,
                              std::optional<std::size_t> leg = std::nullopt);

// A cache over a growing log: reads what is new, and starts again when it is handed another log.
class Follower {
 public:
  virtual ~Follower() = default;
  void follow(const TrialCurves& curves);

 protected:
  virtual void forget() = 0;
  virtual void absorb(const TrialCurves& curves, const TrialCurves::Event& event) = 0;
  // Of the event being absorbed.
  std::size_t position() const { return read_; }

 private:
  std::size_t read_ = 0;
  std::uint64_t digest_ = 0;
};

}  // namespace automl::search
