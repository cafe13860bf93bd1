// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/turn.hpp"

namespace automl::engine {

// What sessions have saved. The files are in the artifact store, where runners put them; the engine
// knows which there are, says what an attempt starts from, and lets go of old ones.

// What an attempt that registers now starts from.
void order_checkpoints(const Turn& turn, const SessionEntry& session, idl::RunnerOrder& order);

// What a runner has told about its checkpoints. Repeats change nothing; what makes no sense is
// ignored.
void note_checkpoints(Turn& turn, SessionEntry& session, const idl::ReportBatch& batch);

// Lets go of all but the newest `kept` ones of the session.
void drop_checkpoints(Turn& turn, SessionEntry& session, std::size_t kept);

// The session's curve as the open attempt continues it: measurements of earlier attempts, each up
// to the first step of the next one that went on from a checkpoint; an attempt from zero begins
// anew. From the store.
std::vector<idl::Measurement> curve_so_far(Turn& turn, const SessionEntry& session);

// Manifests of everything recorded that may still be restored. Beside these the artifact store
// needs only what is still_wanted.
WantedManifests wanted_manifests(const EngineState& state, storage::Storage& storage);

// Of what runners have written down (executor/last_checkpoint.hpp), oldest first in each session:
// its newest, and what the engine, which knew `known` later on, has not recorded yet.
std::vector<std::string> still_wanted(const std::vector<idl::Checkpoint>& written,
                                      const WantedManifests& known);

}  // namespace automl::engine
