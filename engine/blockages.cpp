// SPDX-License-Identifier: Apache-2.0
#include "engine/blockages.hpp"

#include <map>
#include <utility>
#include <vector>

#include "engine/fair_share.hpp"
#include "engine/proposals.hpp"
#include "engine/session_queue.hpp"
#include "engine/study_manager.hpp"
#include "engine/study_view.hpp"

namespace automl::engine {

namespace {

idl::Blockage blockage(std::string subject, const char* rule, std::string detail) {
  idl::Blockage block;
  block.subject = std::move(subject);
  block.rule = rule;
  block.detail = std::move(detail);
  return block;
}

// The rule that keeps the study from proposing another trial now.
idl::Blockage study_blockage(const StudyEntry& study) {
  const std::string& name = study.record.spec.name;
  const std::int64_t open = study.live_trials();
  const std::string paused =
      study.paused.empty() ? "" : ", " + std::to_string(study.paused.size()) + " paused";
  if (!study.live()) {
    return blockage(name, "ended", study.record.reason);
  }
  if (study.record.state == idl::StudyState::PAUSED) {
    return blockage(name, "paused", study.record.reason + "; automl resume " + name);
  }
  if (study.searched()) {
    const bool chosen = study.record.repetition.__isset.winner;
    return blockage(
        name,
        "compare",
        "the search is over (" + study.record.repetition.search_ended + "); " +
            std::to_string(open) +
            (chosen ? " repeats of winner and baseline are open"
                    : " of its trials are still open, then winner and baseline run again"));
  }
  if (trials_left(study) == 0) {
    return blockage(name,
                    "budget",
                    "all " + std::to_string(study.trials.size()) + " trials of its budget exist; " +
                        std::to_string(open) + " still open" + paused);
  }
  if (study.exhausted) {
    return blockage(name, "exhausted", "every configuration of its space was proposed");
  }
  if (study.external()) {
    return blockage(name, "ask", "driven from outside: a trial starts when somebody asks for it");
  }
  if (open >= study.places()) {
    const idl::StudySpec& spec = study.record.spec;
    const bool borrows = spec.__isset.stop_and_go;
    return blockage(name,
                    "parallel",
                    std::to_string(open) + " trials are open and parallel is " +
                        std::to_string(spec.parallel) +
                        (borrows ? ", up to " + std::to_string(spec.stop_and_go.max_parallel) +
                                       " while slots are idle"
                                 : "") +
                        paused);
  }
  if (study.computing.ticket != 0) {
    return blockage(name, "suggestion", "its sampler is computing the next suggestion");
  }
  return blockage(name, "none", "nothing keeps it from going on");
}

using Line = std::map<std::int64_t, std::string>;

idl::Blockage session_blockage(const StudyManager& manager,
                               const Line& line,
                               const SessionEntry& session) {
  const std::string& name = session.record.name;
  switch (session.record.state) {
    case idl::SessionState::QUEUED: {
      if (!possible(manager.state(), session.record.spec.resources)) {
        return blockage(
            name,
            "impossible",
            "no node has what it asks for; the largest has " + largest_node(manager.state()));
      }
      const std::string note = waiting_note(manager, session);
      const char* rule = note.find("paused") != std::string::npos      ? "paused"
                         : note.find("try again") != std::string::npos ? "back-off"
                                                                       : "capacity";
      const auto place = line.find(session.record.id);
      return blockage(name, rule, note + (place == line.end() ? "" : "; " + place->second));
    }
    case idl::SessionState::PAUSED:
      switch (session.record.stop_reason) {
        case idl::StopReason::USER:
          return blockage(name, "user", session.record.reason + "; automl resume " + name);
        case idl::StopReason::PREEMPTED:
          return blockage(
              name, "stop-and-go", session.record.reason + "; it is revived when a slot is idle");
        case idl::StopReason::PRUNED:
          return blockage(name, "scheduler", session.record.reason + "; it may be resumed");
        default:
          return blockage(
              name, "parallel", session.record.reason + "; its study has no free place");
      }
    case idl::SessionState::LAUNCHING:
      return blockage(name, "launching", "its runner has been started and has not called yet");
    default:
      return blockage(name, "none", "it is running");
  }
}

}  // namespace

std::string waiting_note(const StudyManager& manager, const SessionEntry& session) {
  if (session.record.state == idl::SessionState::PAUSED) {
    return session.record.reason;
  }
  if (session.record.state != idl::SessionState::QUEUED) {
    return "";
  }
  const EngineState& state = manager.state();
  const auto study = state.studies.find(session.record.study_id);
  if (study != state.studies.end() && study->second.record.state == idl::StudyState::PAUSED) {
    return "the study is paused";
  }
  if (session.not_before_ms > manager.clock().monotonic_ms()) {
    return "waiting to try again: " + session.record.reason;
  }
  return shortage(state, session.record.spec.resources);
}

Payload why(const StudyManager& manager, const std::string& subject) {
  const EngineState& state = manager.state();
  const Line line = places_in_line(state, manager.clock().monotonic_ms());
  std::vector<idl::Blockage> blocks;
  if (!subject.empty()) {
    if (const StudyEntry* study = find_study(state, subject)) {
      blocks.push_back(study_blockage(*study));
      for (const auto& [id, session] : state.sessions) {
        if (session.record.study_id == study->record.id &&
            session.record.state != idl::SessionState::RUNNING) {
          blocks.push_back(session_blockage(manager, line, session));
        }
      }
      return blocks;
    }
    const SessionReference found = find_session(state, manager.storage(), subject);
    if (found.open != nullptr) {
      blocks.push_back(session_blockage(manager, line, *found.open));
    } else if (found.ended) {
      blocks.push_back(blockage(found.ended->name, "ended", found.ended->reason));
    } else {
      return Refusal{Refusal::Kind::kNotFound, "there is no study or session \"" + subject + "\""};
    }
    return blocks;
  }
  for (const auto& [id, study] : state.studies) {
    if (study.live()) {
      blocks.push_back(study_blockage(study));
    }
  }
  for (const auto& [id, session] : state.sessions) {
    if (session.record.state != idl::SessionState::RUNNING) {
      blocks.push_back(session_blockage(manager, line, session));
    }
  }
  return blocks;
}

}  // namespace automl::engine
