// SPDX-License-Identifier: Apache-2.0
#include "engine/forking.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/study_view.hpp"
#include "engine/submission.hpp"

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

idl::Session fork_of(const idl::Session& source, const idl::Checkpoint& from) {
  idl::Session session;
  session.spec = source.spec;
  session.spec.required_metric.clear();  // it has no objective
  session.spec.further_required.clear();
  session.__set_restore(from);
  return session;
}

}  // namespace

void fork_session(Turn& turn, const SessionForked& event) {
  const CallId call = event.caller.call;
  if (session_was_made(turn, event.caller)) {
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
  make_session(turn, event.caller, dataset_in(source.name), fork_of(source, *from));
}

}  // namespace automl::engine
