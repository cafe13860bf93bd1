// SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoints.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/planted_bug.hpp"
#include "engine/scheduling.hpp"

#include "storage/artifacts/digest.hpp"

namespace automl::engine {

namespace {

// Numbers need not follow each other, but none may use up those that are left.
constexpr std::int64_t kLargestGap = 1'000'000;
constexpr std::size_t kLongestName = 200;

std::int64_t last_number(const SessionEntry& session) {
  return session.checkpoints.empty() ? 0 : session.checkpoints.back().number;
}

bool sensible(const SessionEntry& session, const idl::Checkpoint& checkpoint) {
  return checkpoint.number <= last_number(session) + kLargestGap && checkpoint.attempt >= 1 &&
         checkpoint.attempt <= session.attempt->number && checkpoint.bytes >= 0 &&
         checkpoint.files >= 1 && checkpoint.name.size() <= kLongestName &&
         storage::is_digest(checkpoint.digest);
}

// The session goes on from its own checkpoints.
void end_restore(Turn& turn, SessionEntry& session) {
  session.record.__isset.restore = false;
  session.record.restore = {};
  turn.storage.update_session(session.record);
}

// Whether its attempt has taken over what another session (or it itself, earlier) had saved, and
// then this one was saved.
bool has_taken_over(const SessionEntry& session, const idl::Checkpoint& saved) {
  return session.record.__isset.restore && session.attempt->__isset.restored &&
         session.attempt->restored == session.record.restore &&
         saved.attempt > session.record.restore_after;
}

void record_checkpoint(Turn& turn, SessionEntry& session, idl::Checkpoint checkpoint) {
  checkpoint.session_id = session.record.id;
  // A number that was there before is a repeat, also when it has been let go of since.
  if (checkpoint.number <= last_number(session) || !sensible(session, checkpoint)) {
    return;
  }
  if (!planted(PlantedBug::kCheckpointNotStored)) {
    turn.storage.record_checkpoint(checkpoint);
  }
  if (has_taken_over(session, checkpoint) && !planted(PlantedBug::kRestoreNeverEnds)) {
    end_restore(turn, session);
  }
  session.checkpoints.push_back(std::move(checkpoint));
  drop_checkpoints(turn, session, static_cast<std::size_t>(turn.settings.keep_checkpoints));
}

// What the attempt was to take over cannot be used: it began with what its session had before.
bool cannot_take_over(const SessionEntry& session, const idl::Checkpoint& from) {
  const bool own = from.session_id == session.record.id;
  return session.record.__isset.restore &&
         (from.number == 0 || (own && from.attempt <= session.record.restore_after));
}

void note_start(Turn& turn, SessionEntry& session, const idl::Checkpoint& from) {
  idl::Attempt& attempt = *session.attempt;
  const bool nothing = from.number == 0;
  if (nothing ? !attempt.__isset.restored : attempt.__isset.restored && attempt.restored == from) {
    return;
  }
  attempt.restored = from;
  attempt.__isset.restored = !nothing;
  turn.storage.update_attempt(attempt);
}

// An attempt that has gone on from a checkpoint takes over at its first step.
void cut_at(std::vector<idl::Measurement>& curve, std::int64_t step) {
  curve.erase(std::remove_if(curve.begin(),
                             curve.end(),
                             [step](const idl::Measurement& one) { return one.step >= step; }),
              curve.end());
}

}  // namespace

void order_checkpoints(const Turn& turn, const SessionEntry& session, idl::RunnerOrder& order) {
  order.artifact_directory = turn.settings.home + "/artifacts";
  order.checkpoint_interval_s = static_cast<double>(turn.settings.checkpoint_interval_ms) / 1e3;
  order.checkpoint_limit_bytes = turn.settings.checkpoint_limit_bytes;
  order.last_checkpoint = last_number(session);
  order.restore_otherwise.assign(session.checkpoints.rbegin(), session.checkpoints.rend());
  if (session.record.__isset.restore) {
    order.__set_restore(session.record.restore);
  } else if (!order.restore_otherwise.empty()) {
    order.__set_restore(order.restore_otherwise.front());
    order.restore_otherwise.erase(order.restore_otherwise.begin());
  }
}

void note_checkpoints(Turn& turn, SessionEntry& session, const idl::ReportBatch& batch) {
  if (batch.__isset.started_from && cannot_take_over(session, batch.started_from)) {
    if (!planted(PlantedBug::kDamagedRestoreKept)) {
      end_restore(turn, session);
    }
    take_back(turn, session, batch.started_from);
  }
  for (const idl::Checkpoint& checkpoint : batch.checkpoints) {
    record_checkpoint(turn, session, checkpoint);
  }
  if (batch.__isset.started_from) {
    note_start(turn, session, batch.started_from);
  }
}

void drop_checkpoints(Turn& turn, SessionEntry& session, std::size_t kept) {
  while (session.checkpoints.size() > kept) {
    const auto dropped = planted(PlantedBug::kNewestDropped) ? session.checkpoints.end() - 1
                                                             : session.checkpoints.begin();
    turn.storage.forget_checkpoint(session.record.id, dropped->number);
    session.checkpoints.erase(dropped);
    turn.effects.emplace_back(SweepArtifacts{});
  }
}

std::vector<idl::Measurement> curve_so_far(Turn& turn, const SessionEntry& session) {
  std::vector<idl::Measurement> curve;
  const std::vector<idl::StoredMeasurement> all = turn.storage.load_measurements(session.record.id);
  auto next = all.begin();
  for (const idl::Attempt& attempt : turn.storage.load_attempts(session.record.id)) {
    if (attempt.started_ms == 0) {
      continue;  // it has not begun
    }
    if (!attempt.__isset.restored) {
      curve.clear();
    } else if (next != all.end() && next->attempt == attempt.number &&
               !planted(PlantedBug::kCurveNotCut)) {
      cut_at(curve, next->measurement.step);
    }
    for (; next != all.end() && next->attempt == attempt.number; ++next) {
      curve.push_back(next->measurement);
    }
  }
  return curve;
}

WantedManifests wanted_manifests(const EngineState& state, storage::Storage& storage) {
  WantedManifests wanted;
  for (const idl::Checkpoint& checkpoint : storage.load_checkpoints(0)) {
    wanted.digests.push_back(checkpoint.digest);
    std::int64_t& newest = wanted.recorded[checkpoint.session_id];
    newest = std::max(newest, checkpoint.number);
  }
  for (const auto& [id, study] : state.studies) {
    if (!study.schedule || planted(PlantedBug::kDonorNotPinned)) {
      continue;
    }
    for (const auto& [trial, pending] : study.schedule->pending()) {
      if (pending.decision.__isset.source) {
        wanted.digests.push_back(pending.decision.source.digest);
      }
    }
  }
  for (const auto& [id, session] : state.sessions) {
    if (session.record.__isset.restore) {
      wanted.digests.push_back(session.record.restore.digest);
    }
    if (session.attempt && session.attempt->__isset.restored) {
      wanted.digests.push_back(session.attempt->restored.digest);
    }
  }
  return wanted;
}

std::vector<std::string> still_wanted(const std::vector<idl::Checkpoint>& written,
                                      const WantedManifests& known) {
  std::map<std::int64_t, const idl::Checkpoint*> newest;
  std::vector<std::string> digests;
  for (const idl::Checkpoint& checkpoint : written) {
    newest[checkpoint.session_id] = &checkpoint;
    const auto recorded = known.recorded.find(checkpoint.session_id);
    if ((recorded == known.recorded.end() || recorded->second < checkpoint.number) &&
        !planted(PlantedBug::kUnrecordedSwept)) {
      digests.push_back(checkpoint.digest);
    }
  }
  for (const auto& [session, checkpoint] : newest) {
    digests.push_back(checkpoint->digest);
  }
  return digests;
}

}  // namespace automl::engine
