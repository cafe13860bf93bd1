// SPDX-License-Identifier: Apache-2.0
#include "engine/turn.hpp"

namespace automl::engine {

namespace {

// Often, so that little is deleted at a time.
constexpr std::int64_t kForgetEveryMs = 1'000;

std::int64_t reply_clock_ms(const Turn& turn) {
  return turn.clock.monotonic_ms() + turn.state.reply_clock_offset_ms;
}

}  // namespace

std::optional<std::string> replayed(Turn& turn, const Caller& caller, bool& refused) {
  refused = false;
  if (caller.request_id.empty() || planted(PlantedBug::kNoRequestMemory)) {
    return std::nullopt;
  }
  const auto stored = turn.storage.find_reply(caller.principal, caller.request_id);
  if (!stored) {
    return std::nullopt;
  }
  if (stored->body_digest != caller.body_digest && !planted(PlantedBug::kBodyDigestIgnored)) {
    refused = true;
    turn.refuse(caller.call,
                Refusal::Kind::kConflict,
                "request id " + caller.request_id + " was already used for another request");
    return std::nullopt;
  }
  return stored->reply;
}

void remember(Turn& turn, const Caller& caller, const std::string& reply) {
  if (!caller.request_id.empty() && !planted(PlantedBug::kNoRequestMemory)) {
    turn.storage.store_reply(
        caller.principal, caller.request_id, {caller.body_digest, reply}, reply_clock_ms(turn));
  }
}

void start_reply_clock(Turn& turn) {
  turn.state.reply_clock_offset_ms = turn.storage.latest_reply_ms() - turn.clock.monotonic_ms();
}

void forget_old_replies(Turn& turn) {
  const std::int64_t now_ms = turn.clock.monotonic_ms();
  if (now_ms >= turn.state.forget_at_ms) {
    turn.state.forget_at_ms = now_ms + kForgetEveryMs;
    turn.storage.forget_replies(reply_clock_ms(turn) - turn.settings.reply_memory_ms);
  }
}

SessionEntry* find_holder(EngineState& state, const std::string& token, PlantedBug hole) {
  const auto found = state.session_by_token.find(token);
  if (found == state.session_by_token.end()) {
    return nullptr;
  }
  const auto session = state.sessions.find(found->second);
  const bool holds = session != state.sessions.end() && session->second.attempt &&
                     (session->second.attempt->token == token || planted(hole));
  return holds ? &session->second : nullptr;
}

const StudyEntry* find_study(const EngineState& state, const std::string& name) {
  if (const auto exact = state.study_by_name.find(name); exact != state.study_by_name.end()) {
    return &state.studies.at(exact->second);
  }
  for (const auto& [id, study] : state.studies) {
    if (study.record.spec.name == name) {
      return &study;
    }
  }
  return nullptr;
}

StudyEntry* find_study(EngineState& state, const std::string& name) {
  return const_cast<StudyEntry*>(find_study(static_cast<const EngineState&>(state), name));
}

}  // namespace automl::engine
