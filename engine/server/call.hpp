// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "engine/archives.hpp"
#include "engine/digest.hpp"
#include "engine/event_loop.hpp"
#include "engine/server/authorize.hpp"
#include "engine/server/principal.hpp"
#include "engine/settings.hpp"
#include "engine/study_analyst.hpp"

namespace automl::engine::server {

// What handlers work with; shared by all connections, every part usable from any thread.
struct Services {
  EventLoop& loop;
  const LogFiles& logs;
  Archives& archives;
  const Settings& settings;
  std::int64_t started_ms;
  Authorizer authorizer;
  std::unique_ptr<StudyAnalyst> analyst = std::make_unique<StudyAnalyst>();
};

// Throws the exception of service.thrift that a refusal stands for.
[[noreturn]] void refuse(const Refusal& refusal);
[[noreturn]] void refuse(Refusal::Kind kind, const std::string& message);

// Waits for the answer; throws what the refusal stands for, and idl::Unavailable when there is none
// in kAnswerWait.
Payload wait_for(std::future<Payload> reply);
inline constexpr std::chrono::seconds kAnswerWait{60};

// The answer if it is a `T`. std::monostate stands for "done".
template <typename T>
T expect(Payload payload) {
  if (T* answer = std::get_if<T>(&payload)) {
    return std::move(*answer);
  }
  refuse(Refusal::Kind::kUnavailable, "the engine gave an answer of the wrong kind");
}

// Reads with one of the functions of queries.hpp on the engine's thread. What is wrong with a
// reading request is reported as NotFound, the only refusal those calls know.
Payload inspect(Services& services, std::function<Payload(const StudyManager&)> read);

// Who calls with which arguments (`arguments` is the generated struct of the call's arguments).
// Throws idl::InvalidRequest for a request id that is empty or longer than 128 bytes.
template <typename Arguments>
Caller make_caller(const Principal& principal,
                   const std::string& request_id,
                   const Arguments& arguments);
void check_request_id(const std::string& request_id);

template <typename Arguments>
Caller make_caller(const Principal& principal,
                   const std::string& request_id,
                   const Arguments& arguments) {
  check_request_id(request_id);
  auto memory = std::make_shared<apache::thrift::transport::TMemoryBuffer>();
  apache::thrift::protocol::TBinaryProtocol writer(memory);
  arguments.write(&writer);
  return {0, principal.user, request_id, sha256_hex(memory->getBufferAsString())};
}

}  // namespace automl::engine::server
