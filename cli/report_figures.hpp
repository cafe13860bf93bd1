// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service_types.h"

namespace automl::cli {

// All that a report is made of. Trials are by number.
struct ReportData {
  idl::StudyReport report;
  std::vector<idl::Trial> trials;

  const idl::StudySpec& spec() const { return report.status.study.spec; }
  // The first objective.
  bool maximised() const;
};

// An ended trial in the order in which they ended.
struct EndedTrial {
  const idl::Trial* trial = nullptr;
  bool has_value = false;  // complete, with a finite value of the first objective
  bool improves = false;   // feasible, and better than all before
  bool any_best = false;
  double best = 0;  // of all feasible ones up to here; when any_best
};
// Those whose program ran to some end; cancelled ones are left out. `data` must outlive it.
std::vector<EndedTrial> ended_trials(const ReportData& data);

// Failures with the same message but for numbers in it.
struct FailureGroup {
  std::string message;  // of the first one
  std::int64_t count = 0;
  std::int64_t example = 0;  // number of a trial
};
// The most frequent first.
std::vector<FailureGroup> failure_groups(const std::vector<idl::Trial>& trials);

// How long trials took, in seconds.
struct TrialTimes {
  std::int64_t count = 0;
  double mean = 0;
  double shortest = 0;
  double longest = 0;
  double first_start_ms = 0;
  double last_end_ms = 0;
};
TrialTimes trial_times(const std::vector<idl::Trial>& trials);

// At most `width` columns of a name, cut in the middle: names often differ at their ends only.
std::string shortened(const std::string& name, std::size_t width);

// Where a value lies on the axis of its parameter, in [0, 1]: logarithmic where the parameter is;
// choices in the middle of equal cells.
double axis_position(const idl::Parameter& parameter, const idl::Value& value);
// The value at both ends, or the choices.
std::vector<std::string> axis_labels(const idl::Parameter& parameter);
bool has_choices(const idl::Parameter& parameter);
// Null when the parameter is inactive in the trial, or has no such choice any more.
const idl::Value* find_value(const idl::Trial& trial, const idl::Parameter& parameter);
const idl::Parameter* find_parameter(const idl::StudySpec& spec, const std::string& name);

// So many decimals, also of tiny numbers; not for large ones.
std::string decimal_text(double value, int decimals);
// 0.21 s, 7.5 s, then as duration_text.
std::string trial_time_text(double seconds);

// Sentences for people; user's texts in them are as they are.
std::string remaining_text(const ReportData& data);
std::string random_text(const idl::StudyReport& report);

}  // namespace automl::cli
