// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/event_name.hpp"

#include <iterator>
#include <variant>

namespace automl::simulation {

std::string name_of(const engine::Event& event) {
  static const char* const kNames[] = {"StudySubmitted",
                                       "StudyChangeRequested",
                                       "SessionSubmitted",
                                       "SessionStopRequested",
                                       "SessionChangeRequested",
                                       "SessionForked",
                                       "FailedRetried",
                                       "StudyEdited",
                                       "ConfigurationEnqueued",
                                       "TrialsAsked",
                                       "TrialTold",
                                       "Inspected",
                                       "RunnerRegistered",
                                       "BatchReported",
                                       "RunnerFinished",
                                       "Suggested",
                                       "LaunchReturned",
                                       "AttemptFound",
                                       "CapacityRead",
                                       "TimerFired"};
  static_assert(std::size(kNames) == std::variant_size_v<engine::Event>);
  std::string name = kNames[event.index()];
  if (const auto* found = std::get_if<engine::AttemptFound>(&event)) {
    name += " " + found->finding.token.substr(0, 8) + " presence " +
            std::to_string(static_cast<int>(found->finding.presence));
  } else if (const auto* finished = std::get_if<engine::RunnerFinished>(&event)) {
    name += " " + finished->token.substr(0, 8);
  } else if (const auto* registered = std::get_if<engine::RunnerRegistered>(&event)) {
    name += " " + registered->token.substr(0, 8);
  } else if (const auto* reported = std::get_if<engine::BatchReported>(&event)) {
    name += " " + reported->token.substr(0, 8);
  } else if (const auto* launched = std::get_if<engine::LaunchReturned>(&event)) {
    name += " " + launched->token.substr(0, 8) + (launched->result.handle ? "" : " failed");
  }
  return name;
}

}  // namespace automl::simulation
