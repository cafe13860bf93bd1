// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "search/configuration.hpp"
#include "search/trial_curves.hpp"

namespace automl::search {

// What a scheduler must know of its study.
struct Setting {
  std::uint64_t seed = 0;
  // Values are minimised all the same; reasons and limits speak of the user's values.
  bool maximize = false;

  double sign() const { return maximize ? -1 : 1; }
  // The user's value of a minimised one, with four digits.
  std::string text(double value) const;
};

enum class Action { kProceed, kPause, kStop, kExploit };

// Take over the source's checkpoint of a step, or its last one before, and train on with the
// configuration.
struct Exploit {
  Origin origin;
  Configuration configuration;
};

// What shall become of a running trial, and why.
struct Verdict {
  Action action = Action::kProceed;
  std::string reason;              // never empty
  std::optional<Exploit> exploit;  // set when the action is kExploit
};

// A paused trial that shall run again.
struct Resume {
  std::int64_t trial = 0;
  std::string reason;
};

// Decides over running trials. Everything a scheduler knows follows from its options, the seed and
// the curves: a replay gives the same decisions. Caches are allowed but must not change them. One
// thread at a time; never throws for numerical trouble. The caller records what became of a verdict
// in the curves (a pause as soon as the trial has stopped running); a verdict that is not carried
// out does no harm. A scheduler has no say in when a trial is complete.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  // Judges the last report of a trial, which must have one: to be asked once for each report,
  // before the trial's next one is added. Asked again, it may answer by what others reported since.
  virtual Verdict on_measurement(const TrialCurves& curves, std::int64_t trial) = 0;
  // A slot is free: which paused trial takes it. Unset: a new trial may.
  virtual std::optional<Resume> on_slot_free(const TrialCurves& curves) = 0;
};

}  // namespace automl::search
