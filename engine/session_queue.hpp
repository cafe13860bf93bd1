// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "engine/turn.hpp"

namespace automl::engine {

// Places queued sessions, by fair share (fair_share.hpp), the oldest first. A session that does not
// fit lets later ones pass for five minutes; after that nothing overtakes it, so large ones are not
// starved. Then slots that are wanted are asked back from those who have borrowed them, or idle
// ones lent (slot_lending.hpp).
void launch_what_fits(Turn& turn);

void note_launch(Turn& turn, const LaunchReturned& event);
void note_capacity(Turn& turn, const std::vector<idl::Node>& nodes);

// A node with these resources free, and which GPUs; none: does not fit now.
std::optional<idl::Placement> place(const EngineState& state, const idl::Resources& resources);
// Whether any node could ever hold it; true while no node is known yet.
bool possible(const EngineState& state, const idl::Resources& resources);
// "2 CPUs, 23 GiB, 0 GPUs": of the node with most GPUs, then CPUs.
std::string largest_node(const EngineState& state);
// What is missing, in words: "waiting for 1 GPU and 2 CPUs".
std::string shortage(const EngineState& state, const idl::Resources& resources);

}  // namespace automl::engine
