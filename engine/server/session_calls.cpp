// SPDX-License-Identifier: Apache-2.0
#include "engine/server/session_calls.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "engine/blockages.hpp"
#include "engine/queries.hpp"

namespace automl::engine::server {

namespace {

constexpr std::int32_t kMostLogBytes = 4 << 20;
constexpr auto* look_up = &engine::show_session;  // whoever calls it has asked for permission

bool over(idl::SessionState::type state) {
  return state == idl::SessionState::COMPLETE || state == idl::SessionState::FAILED ||
         state == idl::SessionState::STOPPED;
}

bool over(idl::AttemptState::type state) {
  switch (state) {
    case idl::AttemptState::LAUNCHING:
    case idl::AttemptState::RUNNING:
    case idl::AttemptState::SUSPECT:
      return false;
    default:
      return true;
  }
}

// Whether nothing more can be written: of a named attempt when it is over, of "the latest one" (0)
// when there will not be another.
bool log_is_complete(const idl::SessionRow& row, std::int32_t asked) {
  if (over(row.session.state)) {
    return true;
  }
  return asked > 0 &&
         (asked < row.session.attempts || (row.attempt.number == asked && over(row.attempt.state)));
}

}  // namespace

SessionCalls::SessionCalls(Services& services, Principal principal)
    : services_(services), principal_(std::move(principal)) {}

void SessionCalls::run_session(idl::SubmitSessionReply& reply,
                               const std::string& request_id,
                               const idl::SessionSpec& spec,
                               const std::string& dataset_name) {
  authorize(Action::kSubmit);
  idl::Engine_run_session_args arguments;
  arguments.spec = spec;
  arguments.dataset_name = dataset_name;
  SessionSubmitted event{make_caller(principal_, request_id, arguments), spec, dataset_name};
  if (!spec.code_digest.empty() && !services_.archives.has(spec.code_digest)) {
    refuse(Refusal::Kind::kInvalid, "the code archive " + spec.code_digest + " has not been sent");
  }
  reply = expect<idl::SubmitSessionReply>(wait_for(services_.loop.call(std::move(event))));
}

void SessionCalls::fork_session(idl::SubmitSessionReply& reply,
                                const std::string& request_id,
                                const std::string& session,
                                std::int64_t checkpoint) {
  authorize(Action::kSubmit);
  idl::Engine_fork_session_args arguments;
  arguments.session = session;
  arguments.checkpoint = checkpoint;
  SessionForked event{make_caller(principal_, request_id, arguments), session, checkpoint};
  reply = expect<idl::SubmitSessionReply>(wait_for(services_.loop.call(std::move(event))));
}

void SessionCalls::list_sessions(idl::SessionList& reply, const idl::SessionFilter& filter) {
  authorize(Action::kInspect);
  reply = expect<idl::SessionList>(inspect(services_, [filter](const StudyManager& manager) {
    return engine::list_sessions(manager, filter);
  }));
}

idl::SessionRow SessionCalls::find(const std::string& session) const {
  return expect<idl::SessionRow>(inspect(
      services_, [session](const StudyManager& manager) { return look_up(manager, session); }));
}

void SessionCalls::show_session(idl::SessionRow& reply, const std::string& session) {
  authorize(Action::kInspect);
  reply = find(session);
}

void SessionCalls::stop_session(const std::string& request_id,
                                const std::string& session,
                                bool kill) {
  authorize(Action::kChange);
  idl::Engine_stop_session_args arguments;
  arguments.session = session;
  arguments.kill = kill;
  SessionStopRequested event{make_caller(principal_, request_id, arguments), session, kill};
  wait_for(services_.loop.call(std::move(event)));
}

void SessionCalls::change_session(const std::string& request_id,
                                  const std::string& session,
                                  idl::SessionAction::type action) {
  authorize(Action::kChange);
  if (!idl::_SessionAction_VALUES_TO_NAMES.contains(action)) {
    refuse(Refusal::Kind::kInvalid, "no such action");
  }
  idl::Engine_change_session_args arguments;
  arguments.session = session;
  arguments.action = action;
  SessionChangeRequested event{make_caller(principal_, request_id, arguments), session, action};
  wait_for(services_.loop.call(std::move(event)));
}

void SessionCalls::read_log(idl::LogSlice& reply,
                            const std::string& session,
                            std::int32_t attempt,
                            std::int64_t offset,
                            std::int32_t limit) {
  authorize(Action::kInspect);
  // Whether it is complete is asked before reading: what is written in between is seen by this
  // read or the next.
  const idl::SessionRow row = find(session);
  if (attempt < 0 || attempt > row.session.attempts) {
    refuse(Refusal::Kind::kNotFound,
           row.session.name + " has no attempt " + std::to_string(attempt));
  }
  const bool complete = log_is_complete(row, attempt);
  const std::int64_t from = std::max<std::int64_t>(offset, 0);
  const std::int32_t most = std::clamp(limit, 1, kMostLogBytes);
  reply.attempt = attempt > 0 ? attempt : row.session.attempts;
  try {
    reply.bytes = services_.logs.read(row.session.id, reply.attempt, from, most);
  } catch (const std::system_error& error) {
    refuse(Refusal::Kind::kUnavailable, std::string("the log cannot be read: ") + error.what());
  }
  const auto size = static_cast<std::int32_t>(reply.bytes.size());
  reply.next_offset = from + size;
  reply.ended = complete && size < most;
}

void SessionCalls::why(std::vector<idl::Blockage>& reply, const std::string& subject) {
  authorize(Action::kInspect);
  reply = expect<std::vector<idl::Blockage>>(
      inspect(services_, [subject](const StudyManager& m) { return engine::why(m, subject); }));
}

}  // namespace automl::engine::server
