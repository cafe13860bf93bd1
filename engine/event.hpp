// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "engine/effect.hpp"
#include "engine/study_file/complaints.hpp"
#include "service_types.h"

#include "executor/executor.hpp"
#include "search/sampler.hpp"

namespace automl::engine {

class StudyManager;

// Who calls, and the id that makes a repeat harmless. `body_digest` identifies the arguments.
struct Caller {
  CallId call = 0;
  std::string principal;
  std::string request_id;
  std::string body_digest;
};

// -- from clients
struct StudySubmitted {
  Caller caller;
  idl::StudySpec spec;
  std::string source_text;
  std::string source_directory;
  std::string source_digest;
  std::string code_digest;
  bool smoke = false;
};
struct StudyChangeRequested {
  Caller caller;
  std::string study;
  idl::StudyAction::type action = idl::StudyAction::PAUSE;
};
struct SessionSubmitted {
  Caller caller;
  idl::SessionSpec spec;
  std::string dataset_name;
};
struct SessionStopRequested {
  Caller caller;
  std::string session;
  bool kill = false;
};
struct SessionChangeRequested {
  Caller caller;
  std::string session;
  idl::SessionAction::type action = idl::SessionAction::PAUSE;
};
struct SessionForked {
  Caller caller;
  std::string session;
  std::int64_t checkpoint = 0;  // 0: the newest one
};
struct FailedRetried {
  Caller caller;
  std::string study;
};
struct StudyEdited {
  Caller caller;
  std::string study;
  idl::StudySpec spec;
  std::string source_text;
  std::string source_directory;
  std::string source_digest;
  std::map<std::string, study_file::Position> places;  // of keys in the text, such as budget.trials
  std::int64_t version = 0;                            // that was edited
  bool dry_run = false;
};
struct ConfigurationEnqueued {
  Caller caller;
  std::string study;
  std::map<std::string, std::string> values;  // as a study file has them
};
struct TrialsAsked {
  Caller caller;
  std::string study;
  int count = 1;
};
struct TrialTold {
  Caller caller;
  std::string study;
  std::int64_t number = 0;
  idl::Outcome outcome;
};
// Reads something; changes nothing.
struct Inspected {
  CallId call = 0;
  std::function<Payload(const StudyManager&)> read;
};

// -- from runners
struct RunnerRegistered {
  CallId call = 0;
  std::string token;
  idl::RunnerIdentity runner;
};
struct BatchReported {
  CallId call = 0;
  std::string token;
  idl::ReportBatch batch;
};
struct RunnerFinished {
  CallId call = 0;
  std::string token;
  idl::ExitReport exit;
};

// -- answers to effects
struct Suggested {
  std::uint64_t ticket = 0;  // as in ComputeSuggestion
  std::vector<search::Suggestion> suggestions;
};
struct LaunchReturned {
  std::string token;
  executor::LaunchResult result;
};
struct AttemptFound {
  executor::Finding finding;
};
struct CapacityRead {
  std::vector<idl::Node> nodes;
};

// -- from the loop
struct TimerFired {};

using Event = std::variant<StudySubmitted,
                           StudyChangeRequested,
                           SessionSubmitted,
                           SessionStopRequested,
                           SessionChangeRequested,
                           SessionForked,
                           FailedRetried,
                           StudyEdited,
                           ConfigurationEnqueued,
                           TrialsAsked,
                           TrialTold,
                           Inspected,
                           RunnerRegistered,
                           BatchReported,
                           RunnerFinished,
                           Suggested,
                           LaunchReturned,
                           AttemptFound,
                           CapacityRead,
                           TimerFired>;

}  // namespace automl::engine
