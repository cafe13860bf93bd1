// SPDX-License-Identifier: Apache-2.0
#include "cli/repeats_text.hpp"

#include <algorithm>
#include <vector>

#include "cli/text.hpp"

namespace automl::cli {

namespace {

// Never 1.00 or 0.00 where that is not certain.
std::string probability_text(double probability) {
  if (probability > 0.995 && probability < 1) {
    return "> 0.99";
  }
  return probability < 0.005 && probability > 0 ? "< 0.01" : fixed_text(probability, 2);
}

void add_note(std::string& text, const std::string& note) { text += "; " + shown(note); }

void add_failures(std::string& text, const idl::RepeatedRuns& runs, const char* whose) {
  if (runs.failed > 0) {
    add_note(text, count_text(runs.failed, "run") + " of the " + whose + " failed");
  }
}

}  // namespace

std::string runs_text(const idl::RepeatedRuns& runs, int decimals) {
  if (!runs.__isset.mean) {
    return "";
  }
  const std::string mean = fixed_text(runs.mean, decimals);
  return runs.__isset.half_width ? mean + " ± " + fixed_text(runs.half_width, decimals) : mean;
}

int decimals_for(const idl::WinnerComparison& comparison) {
  std::vector<double> means;
  double narrowest = 0;
  for (const idl::RepeatedRuns* runs : {&comparison.winner, &comparison.baseline}) {
    if (runs->__isset.mean) {
      means.push_back(runs->mean);
    }
    if (runs->half_width > 0) {
      narrowest = narrowest > 0 ? std::min(narrowest, runs->half_width) : runs->half_width;
    }
  }
  return narrowest > 0 ? decimals_for({means.front(), means.front() + narrowest})
                       : decimals_for(means);
}

std::string repeats_text(const idl::WinnerComparison& comparison) {
  const int decimals = decimals_for(comparison);
  const idl::RepeatedRuns& winner = comparison.winner;
  const idl::RepeatedRuns& baseline = comparison.baseline;
  const bool both = comparison.__isset.baseline;
  const char* other = baseline.trial < 0 ? "defaults" : "baseline";
  std::string text = both ? std::string("winner against ") + other : "winner";
  text += ", " + std::to_string(comparison.seeds) + (both ? " seeds each: " : " seeds: ");
  const auto figures = [decimals](const idl::RepeatedRuns& runs) {
    const std::string known = runs_text(runs, decimals);
    return !known.empty() ? known : runs.to_come > 0 ? "–" : "no value";
  };
  text += figures(winner);
  text += both ? " against " + figures(baseline) : "";
  if (comparison.__isset.probability_better) {
    text += "   P(better) " + probability_text(comparison.probability_better);
  }
  const std::int32_t to_come = winner.to_come + (both ? baseline.to_come : 0);
  if (to_come > 0) {
    add_note(text, count_text(to_come, "run") + " to come");
  }
  add_failures(text, winner, "winner");
  add_failures(text, baseline, other);
  for (const std::string& note : comparison.notes) {
    add_note(text, note);
  }
  return text;
}

}  // namespace automl::cli
