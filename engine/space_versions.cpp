// SPDX-License-Identifier: Apache-2.0
#include "engine/space_versions.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "engine/parameter_value.hpp"

namespace automl::engine {

namespace {

const idl::Value* find(const std::vector<idl::Assignment>& assignments, const std::string& name) {
  const auto found =
      std::find_if(assignments.begin(), assignments.end(), [&](const idl::Assignment& one) {
        return one.parameter == name;
      });
  return found == assignments.end() ? nullptr : &found->value;
}

// What stands for a parameter that the version did not know: the default it came with. Unset: it
// was there, and inactive.
std::optional<idl::Value> stand_in(const SpaceVersions& versions,
                                   std::int64_t version,
                                   const std::string& name) {
  const auto own = versions.begin() + static_cast<std::ptrdiff_t>(version - 1);
  if (find_parameter(*own, name) != nullptr) {
    return std::nullopt;
  }
  for (auto later = own + 1; later != versions.end(); ++later) {
    if (const idl::Parameter* parameter = find_parameter(*later, name)) {
      const bool fixed = parameter->kind == idl::ParameterKind::FIXED;
      return fixed                              ? std::optional(parameter->choices.front())
             : parameter->__isset.default_value ? std::optional(parameter->default_value)
                                                : std::nullopt;
    }
  }
  return std::nullopt;
}

// Whether the configuration has the value itself and not the nearest one on its step.
bool unmoved(const idl::Value& before, const idl::Value& now) {
  const std::optional<double> a = number_in(before);
  const std::optional<double> b = number_in(now);
  return a && b ? std::abs(*a - *b) <= 1e-9 * std::abs(*a) : same_value(before, now);
}

}  // namespace

const idl::Parameter* find_parameter(const std::vector<idl::Parameter>& space,
                                     const std::string& name) {
  const auto found = std::find_if(
      space.begin(), space.end(), [&](const idl::Parameter& one) { return one.name == name; });
  return found == space.end() ? nullptr : &*found;
}

SpaceVersions spaces_of(const std::vector<idl::StudyVersion>& versions) {
  SpaceVersions spaces;
  for (const idl::StudyVersion& version : versions) {
    spaces.push_back(version.spec.space);
  }
  return spaces;
}

MappedConfiguration carry_over(const search::SearchSpace& space,
                               const std::vector<idl::Parameter>& parameters,
                               const SpaceVersions& versions,
                               std::int64_t version,
                               const std::vector<idl::Assignment>& assignments) {
  if (version >= static_cast<std::int64_t>(versions.size())) {
    return {to_configuration(space, parameters, assignments), ""};
  }
  std::vector<idl::Assignment> complete = assignments;
  for (const idl::Parameter& parameter : parameters) {
    if (find(assignments, parameter.name) != nullptr) {
      continue;
    }
    if (const auto value = stand_in(versions, version, parameter.name)) {
      idl::Assignment& added = complete.emplace_back();
      added.parameter = parameter.name;
      added.value = *value;
    }
  }
  MappedConfiguration mapped = map_configuration(space, parameters, complete);
  if (!mapped.configuration) {
    return mapped;
  }
  for (const idl::Assignment& now : to_assignments(parameters, *mapped.configuration)) {
    const idl::Value* before = find(complete, now.parameter);
    if (before == nullptr) {
      return {std::nullopt, "without " + now.parameter};
    }
    if (!unmoved(*before, now.value)) {
      return {std::nullopt, "with " + now.parameter + " between its steps"};
    }
  }
  return mapped;
}

}  // namespace automl::engine
