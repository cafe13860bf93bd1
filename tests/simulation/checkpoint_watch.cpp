// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/checkpoint_watch.hpp"

#include "engine/command_line.hpp"

#include "tests/simulation/world.hpp"

namespace automl::simulation {

namespace {

void require(bool holds, const std::string& what) {
  if (!holds) {
    throw Violation(what);
  }
}

std::optional<idl::Checkpoint> newest_of(const Facts& facts, std::int64_t session) {
  const auto kept = facts.kept.find(session);
  return kept == facts.kept.end()
             ? std::nullopt
             : std::optional(facts.recorded.at({session, *kept->second.rbegin()}));
}

std::string described(const std::optional<idl::Checkpoint>& checkpoint) {
  return checkpoint ? "checkpoint " + std::to_string(checkpoint->number) + " of session " +
                          std::to_string(checkpoint->session_id)
                    : "zero";
}

}  // namespace

void check_start(const Facts& facts,
                 const CheckpointDisk& disk,
                 const idl::RunnerOrder& order,
                 const std::optional<idl::Checkpoint>& restored,
                 bool donor_damaged) {
  const idl::Session& session = facts.sessions.at(order.session.id);
  std::optional<idl::Checkpoint> expected = disk.last(session.id);
  if (session.study_id != 0) {
    const TrialKey key{session.study_id, session.trial_number};
    const auto taken = facts.taken_over.find(key);
    if (taken != facts.taken_over.end() && !takes_back(taken->second.event) &&
        (!expected || expected->attempt <= taken->second.attempts)) {
      expected = donor_damaged ? newest_of(facts, session.id) : taken->second.event.source;
    }
    require(
        order.session.spec.params_json == engine::params_json(facts.trials.at(key).configuration),
        "session " + session.name + " runs with other parameters than its trial's");
  }
  require(restored == expected,
          "session " + session.name + " starts from " + described(restored) + ", not from " +
              described(expected));
}

void check_source(const Facts& facts, std::int64_t study_id, const idl::ScheduleEvent& decision) {
  const TrialKey donor{study_id, decision.donor};
  const idl::Checkpoint& source = decision.source;
  const auto recorded = facts.recorded.find({source.session_id, source.number});
  require(recorded != facts.recorded.end() && recorded->second == source &&
              source.session_id == facts.trials.at(donor).session_id,
          "a trial is to take over a checkpoint that its donor has not saved");
}

void check_taken_over(const Facts& facts,
                      const idl::Study& study,
                      const idl::ScheduleEvent* decision,
                      const idl::ScheduleEvent& exploit) {
  const TrialKey key{study.id, exploit.trial};
  if (takes_back(exploit)) {
    const std::int64_t session = facts.trials.at(key).session_id;
    const idl::Attempt* open = facts.open_attempt(session);
    require(open != nullptr && open->__isset.restored == exploit.__isset.source &&
                open->restored == exploit.source,
            "a trial could not take over a checkpoint, and its schedule says it goes on from "
            "something else than its attempt");
    require(!facts.sessions.at(session).__isset.restore,
            "a trial could not take over a checkpoint, and its next attempt tries again");
  } else {
    require(decision != nullptr && decision->decision == idl::Decision::EXPLOIT &&
                decision->source == exploit.source && decision->donor == exploit.donor &&
                decision->donor_step == exploit.donor_step &&
                decision->configuration == exploit.configuration,
            "a trial takes over something else than was decided");
  }
  require(facts.trials.at(key).configuration == exploit.configuration,
          "a trial's configuration is not the one that its schedule says");
}

}  // namespace automl::simulation
