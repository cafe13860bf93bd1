// SPDX-License-Identifier: Apache-2.0
// Studies are edited while they run: budget, places, and the range of one parameter.
#include <algorithm>
#include <variant>

#include "tests/simulation/clients.hpp"

namespace automl::simulation {

namespace {

void require(bool holds, const std::string& what) {
  if (!holds) {
    throw Violation(what);
  }
}

idl::StudySpec edited(Dice& dice, idl::StudySpec spec) {
  const bool population = spec.scheduler.name == "pbt";
  if (dice.chance(0.5)) {
    spec.budget.trials = dice.between(population ? 4 : 1, 12);
  }
  if (dice.chance(0.5)) {
    spec.parallel = static_cast<std::int32_t>(dice.between(population ? 2 : 1, 4));
    if (spec.__isset.stop_and_go) {
      spec.parallel = std::min(spec.parallel, spec.stop_and_go.max_parallel);
    }
  }
  if (!population && dice.chance(0.5)) {
    idl::Parameter& lr = spec.space.front();
    lr.low = dice.chance(0.5) ? 1e-4 : 1e-2;
    lr.high = dice.chance(0.5) ? 1 : 0.25;
  }
  return spec;
}

}  // namespace

void Clients::edit_study(const std::string& study) {
  const idl::Study* before = find(study);
  if (before == nullptr) {
    return;
  }
  const idl::StudySpec spec = edited(world_.dice, before->spec);
  const std::int64_t version = before->file_version;
  Request request;
  request.what = "edit version " + std::to_string(version) + " of study " + study;
  request.caller = new_caller();
  request.make = [study, spec, version](const engine::Caller& caller) {
    engine::StudyEdited event;
    event.caller = caller;
    event.study = study;
    event.spec = spec;
    event.version = version;
    return event;
  };
  request.check = [this, study, spec, version](const engine::Payload& payload, bool fresh) {
    const idl::StudyVersion& made = std::get<idl::EditReply>(payload).version;
    if (made.changes.empty()) {
      return;
    }
    require(made.number == version + 1,
            "study " + study + ": an edit of version " + std::to_string(version) +
                " made version " + std::to_string(made.number));
    const idl::Study* now = find(study);
    const auto& versions = observer_.facts().versions.at(now->id);
    require(static_cast<std::int64_t>(versions.size()) >= made.number &&
                versions[static_cast<std::size_t>(version)] == spec,
            "study " + study + ": an acknowledged edit is not among its versions");
    require(!fresh || (now->file_version == made.number && now->spec == spec),
            "study " + study + ": an edit is acknowledged and not durable");
  };
  request.done = [study](const engine::Payload& payload) {
    const auto* refusal = std::get_if<engine::Refusal>(&payload);
    require(refusal == nullptr || refusal->kind == engine::Refusal::Kind::kConflict,
            "edit of study " + study + " refused: " + (refusal == nullptr ? "" : refusal->message));
  };
  perform(std::move(request));
}

}  // namespace automl::simulation
