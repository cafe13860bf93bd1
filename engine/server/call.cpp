// SPDX-License-Identifier: Apache-2.0
#include "engine/server/call.hpp"

#include <utility>
#include <variant>

namespace automl::engine::server {

namespace {

template <typename Exception>
[[noreturn]] void raise(const std::string& message) {
  Exception exception;
  exception.message = message;
  throw exception;
}

}  // namespace

void refuse(const Refusal& refusal) {
  if (refusal.kind == Refusal::Kind::kInvalid) {
    idl::InvalidRequest invalid;
    invalid.message = refusal.message;
    invalid.errors = refusal.errors;
    throw invalid;
  }
  refuse(refusal.kind, refusal.message);
}

void refuse(Refusal::Kind kind, const std::string& message) {
  switch (kind) {
    case Refusal::Kind::kInvalid:
      raise<idl::InvalidRequest>(message);
    case Refusal::Kind::kNotFound:
      raise<idl::NotFound>(message);
    case Refusal::Kind::kConflict:
      raise<idl::Conflict>(message);
    case Refusal::Kind::kSuperseded:
      raise<idl::Superseded>(message);
    case Refusal::Kind::kDenied:
      raise<idl::PermissionDenied>(message);
    case Refusal::Kind::kUnavailable:
      break;
  }
  raise<idl::Unavailable>(message);
}

Payload wait_for(std::future<Payload> reply) {
  if (reply.wait_for(kAnswerWait) != std::future_status::ready) {
    refuse(Refusal::Kind::kUnavailable, "the engine is too busy to answer; ask again");
  }
  Payload payload = reply.get();
  if (const auto* refusal = std::get_if<Refusal>(&payload)) {
    refuse(*refusal);
  }
  return payload;
}

Payload inspect(Services& services, std::function<Payload(const StudyManager&)> read) {
  try {
    return wait_for(services.loop.call(Inspected{0, std::move(read)}));
  } catch (const idl::InvalidRequest& invalid) {
    refuse(Refusal::Kind::kNotFound, invalid.message);
  }
}

void check_request_id(const std::string& request_id) {
  if (request_id.empty() || request_id.size() > 128) {
    refuse(Refusal::Kind::kInvalid, "request_id must have 1 to 128 bytes");
  }
}

}  // namespace automl::engine::server
