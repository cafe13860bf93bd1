// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "service_types.h"

#include "executor/executor.hpp"

namespace automl::engine {

struct StudySearch;

// Identifies a waiting caller; 0: nobody waits.
using CallId = std::uint64_t;

// What a caller gets instead of an answer, named by what it must do (service.thrift's exceptions).
struct Refusal {
  enum class Kind { kInvalid, kNotFound, kConflict, kUnavailable, kSuperseded, kDenied };
  Kind kind = Kind::kInvalid;
  std::string message;
  std::vector<idl::StudyFileError> errors = {};  // of a study file; kInvalid
};

// What the engine knows that the artifact store must keep.
struct WantedManifests {
  std::vector<std::string> digests;
  std::map<std::int64_t, std::int64_t> recorded;  // number of the newest checkpoint, by session
};

using Payload = std::variant<std::monostate,
                             Refusal,
                             idl::EngineInfo,
                             idl::SubmitReply,
                             idl::EditReply,
                             std::vector<idl::StudyVersion>,
                             idl::StudyStatus,
                             std::vector<idl::StudyStatus>,
                             idl::TrialPage,
                             idl::TrialDetail,
                             idl::Leaderboard,
                             std::vector<idl::Trial>,
                             idl::SubmitSessionReply,
                             idl::SessionList,
                             idl::SessionRow,
                             std::vector<idl::Blockage>,
                             WantedManifests,
                             idl::CheckpointList,
                             idl::RunnerOrder,
                             idl::ReportReply>;

// Carried out only after the turn's transaction is durable.
struct Reply {
  CallId call = 0;
  std::shared_ptr<const Payload> payload;  // never null; shared since moving a record copies it
};
template <typename Content>
Reply reply_with(CallId call, Content&& content) {
  return {call, std::make_shared<const Payload>(std::forward<Content>(content))};
}
// Answered by LaunchReturned.
struct Launch {
  executor::LaunchRequest request;
};
struct CancelAttempt {
  std::string token;
};
// Answered by AttemptFound.
struct FindAttempt {
  std::string token;
};
// Answered by Suggested. Until then nobody else touches `search`.
struct ComputeSuggestion {
  std::uint64_t ticket = 0;   // names this computation in its answer
  std::int64_t proposal = 0;  // search::Request::index
  int count = 1;
  // Shared because the answer may outlive the study's memory (engine state rebuilt meanwhile).
  std::shared_ptr<StudySearch> search;
};
// Writes pieces of an attempt's log at their offsets; done before the turn's replies go out.
struct WriteLog {
  std::int64_t session_id = 0;
  int attempt = 0;
  std::vector<idl::LogPiece> pieces;
};

// Something in the artifact store is needed no more.
struct SweepArtifacts {};

using Effect = std::
    variant<Reply, Launch, CancelAttempt, FindAttempt, ComputeSuggestion, WriteLog, SweepArtifacts>;

}  // namespace automl::engine
