// SPDX-License-Identifier: Apache-2.0
#include "engine/read_back.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/parameter_value.hpp"

namespace automl::engine {

namespace {

constexpr std::size_t kLongestText = 10'000;
// Programs may compute with single precision.
constexpr double kSamePrecision = 1e-6;

const idl::Assignment* find(const std::vector<idl::Assignment>& all, const std::string& parameter) {
  const auto last = std::find_if(
      all.rbegin(), all.rend(), [&](const auto& one) { return one.parameter == parameter; });
  return last == all.rend() ? nullptr : &*last;
}

// Command lines make text of everything.
bool agree(const idl::Value& given, const idl::Value& used) {
  if (same_value(given, used) || (used.__isset.text && used.text == to_text(given))) {
    return true;
  }
  const std::optional<double> a = number_in(given);
  const std::optional<double> b = number_in(used);
  return a && b && std::abs(*a - *b) <= kSamePrecision * std::max(std::abs(*a), std::abs(*b));
}

std::string differences(const std::vector<idl::Assignment>& given,
                        const std::vector<idl::Assignment>& used) {
  std::string text;
  for (const idl::Assignment& one : used) {
    const idl::Value& wanted = find(given, one.parameter)->value;
    if (!agree(wanted, one.value)) {
      text += (text.empty() ? "" : ", ") + one.parameter + " is " + to_text(one.value) + ", not " +
              to_text(wanted);
    }
  }
  return text;
}

}  // namespace

void read_back(Turn& turn, SessionEntry& session, const std::vector<idl::Assignment>& used) {
  if (session.record.study_id == 0) {
    return;
  }
  const StudyEntry& study = turn.state.studies.at(session.record.study_id);
  const auto& given = study.open.at(session.record.trial_number).configuration;
  std::vector<idl::Assignment> known;
  for (const idl::Assignment& one : given) {
    const idl::Assignment* said = find(used, one.parameter);
    said = said != nullptr ? said : find(session.attempt->used, one.parameter);
    if (said != nullptr && said->value.text.size() <= kLongestText) {
      known.push_back(*said);
    }
  }
  if (known == session.attempt->used) {
    return;
  }
  session.attempt->used = known;
  session.attempt->used_differs = differences(given, known);
  turn.storage.update_attempt(*session.attempt);
}

}  // namespace automl::engine
