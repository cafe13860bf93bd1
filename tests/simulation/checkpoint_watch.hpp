// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "service_types.h"

#include "tests/simulation/checkpoint_disk.hpp"
#include "tests/simulation/facts.hpp"

namespace automl::simulation {

// What must hold of checkpoints. Each throws Violation.

// An attempt begins where its session was: with the newest checkpoint that it ever saved, or with
// the donor's that its trial has taken over since, whole; and with the parameters of then. If
// that one cannot be read it begins with the newest of its own that the engine knows.
void check_start(const Facts& facts,
                 const CheckpointDisk& disk,
                 const idl::RunnerOrder& order,
                 const std::optional<idl::Checkpoint>& restored,
                 bool donor_damaged);

// What a trial is to take over is a checkpoint that its donor trained since it last took over one
// itself.
void check_source(const Facts& facts, std::int64_t study_id, const idl::ScheduleEvent& decision);

// A trial takes over what was decided, and runs what the schedule says from then on.
void check_taken_over(const Facts& facts,
                      const idl::Study& study,
                      const idl::ScheduleEvent* decision,
                      const idl::ScheduleEvent& exploit);

}  // namespace automl::simulation
