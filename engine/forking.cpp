// SPDX-License-Identifier: Apache-2.0
#include "engine/forking.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/study_view.hpp"

namespace automl::engine {

namespace {

std::optional<idl::Checkpoint> choose(const std::vector<idl::Checkpoint>& kept,
                                      std::int64_t number) {
  if (number == 0) {
    return kept.empty() ? std::nullopt : std::optional(kept.back());
  }
  const auto found = std::find_if(kept.begin(), kept.end(), [number](const idl::Checkpoint& one) {
    return one.number == number;
  });
  return found == kept.end() ? std::nullopt : std::optional(*found);
}

std::string numbers_of(const std::vector<idl::Checkpoint>& kept) {
  std::string numbers;
  for (const idl::Checkpoint& one : kept) {
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(one.number);
  }
  return numbers;
}

// DATASET of OWNER/DATASET/NUMBER.
std::string dataset_in(const std::string& name) {
  const std::size_t first = name.find('/');
  const std::size_t last = name.rfind('/');
  return first == last ? "none" : name.substr(first + 1, last - first - 1);
}

idl::Session fork_of(Turn& turn, const std::string& owner, const idl::Session& source) {
  idl::Session session;
  session.owner = owner;
  session.spec = source.spec;
  session.spec.required_metric.clear();  // it has no objective
  session.spec.further_required.clear();
  session.state = idl::SessionState::QUEUED;
  session.created_ms = turn.clock.wall_ms();
  const std::string dataset = dataset_in(source.name);
  session.name = owner + "/" + dataset + "/" +
                 std::to_string(turn.storage.next_session_number(owner, dataset));
  return session;
}

}  // namespace

void fork_session(Turn& turn, const SessionForked& event) {
  const CallId call = event.caller.call;
  idl::SubmitSessionReply reply;
  bool refused = false;
  if (const auto name = replayed(turn, event.caller, refused)) {
    reply.session = turn.storage.find_session(*name).value_or(idl::Session());
    return turn.reply(call, std::move(reply));
  }
  if (refused) {
    return;
  }
  const SessionReference found = find_session(turn.state, turn.storage, event.session);
  if (found.open == nullptr && !found.ended) {
    return turn.refuse(
        call, Refusal::Kind::kNotFound, "there is no session \"" + event.session + "\"");
  }
  const idl::Session& source = found.open != nullptr ? found.open->record : *found.ended;
  const std::vector<idl::Checkpoint> kept =
      found.open != nullptr ? found.open->checkpoints : turn.storage.load_checkpoints(source.id);
  const std::optional<idl::Checkpoint> from = choose(kept, event.checkpoint);
  if (!from) {
    return turn.refuse(call,
                       Refusal::Kind::kConflict,
                       kept.empty() ? source.name + " has saved nothing to start from"
                                    : source.name + " has no checkpoint " +
                                          std::to_string(event.checkpoint) +
                                          "; it keeps: " + numbers_of(kept));
  }
  SessionEntry entry;
  entry.record = fork_of(turn, event.caller.principal, source);
  entry.record.__set_restore(*from);
  turn.storage.create_session(entry.record);
  remember(turn, event.caller, entry.record.name);
  reply.session = entry.record;
  turn.state.sessions.emplace(entry.record.id, std::move(entry));
  turn.state.queue_touched = true;
  turn.reply(call, std::move(reply));
}

}  // namespace automl::engine
