// SPDX-License-Identifier: Apache-2.0
#include "engine/enqueued.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/parameter_value.hpp"
#include "engine/proposals.hpp"
#include "engine/study_file/nearest_name.hpp"
#include "engine/study_file/quantities.hpp"
#include "engine/study_file/value_rules.hpp"
#include "engine/study_view.hpp"
#include "engine/submission.hpp"

namespace automl::engine {

namespace {

// Reads values as a study file would, but a choice between words may look like a number here.
// What is wrong goes to `objection`.
std::vector<idl::Assignment> read_values(const idl::StudySpec& spec,
                                         const std::map<std::string, std::string>& values,
                                         std::string& objection) {
  std::vector<idl::Assignment> assignments;
  std::map<std::string, std::string> unread = values;
  for (const idl::Parameter& parameter : spec.space) {
    const auto given = unread.find(parameter.name);
    if (given == unread.end()) {
      continue;
    }
    study_file::Admission admission =
        study_file::admit(parameter, study_file::to_value(given->second, false));
    if (!admission.value) {
      const auto text = study_file::admit(parameter, text_value(given->second));
      if (!text.value) {
        objection = parameter.name + " " + admission.objection;
        return {};
      }
      admission = text;
    }
    idl::Assignment& assignment = assignments.emplace_back();
    assignment.parameter = parameter.name;
    assignment.value = *admission.value;
    unread.erase(given);
  }
  if (!unread.empty()) {
    std::vector<std::string> names;
    for (const idl::Parameter& parameter : spec.space) {
      names.push_back(parameter.name);
    }
    const std::string& name = unread.begin()->first;
    objection = "there is no parameter \"" + name + "\"" + study_file::did_you_mean(name, names);
  }
  return assignments;
}

std::string no_room(const StudyEntry& study) {
  if (!study.live()) {
    return "it has ended: " + study.record.reason;
  }
  if (study.searched()) {
    return "its search is over: " + study.record.repetition.search_ended;
  }
  const auto waiting = static_cast<std::int64_t>(study.record.enqueued.size());
  if (study.record.spec.budget.trials > 0 && trials_left(study) <= waiting) {
    return waiting == 0 ? "its budget of trials is used"
                        : "its budget leaves room for " + std::to_string(trials_left(study)) +
                              " more and " + std::to_string(waiting) + " are enqueued";
  }
  return study.record.enqueued.size() >= kMostEnqueued ? "1000 configurations are enqueued already"
                                                       : "";
}

}  // namespace

void enqueue(Turn& turn, const ConfigurationEnqueued& event) {
  const CallId call = event.caller.call;
  StudyEntry* study = study_to_change(turn, event.caller, event.study);
  if (study == nullptr) {
    return;
  }
  if (const std::string why = no_room(*study); !why.empty()) {
    return turn.refuse(call,
                       Refusal::Kind::kConflict,
                       "study \"" + event.study + "\" takes no further configuration: " + why);
  }
  const idl::StudySpec& spec = study->record.spec;
  std::string objection;
  std::vector<idl::Assignment> configuration = read_values(spec, event.values, objection);
  if (objection.empty()) {
    objection = configuration_objection(study->search->space, spec, configuration);
  }
  if (!objection.empty()) {
    return turn.refuse(call, Refusal::Kind::kInvalid, objection);
  }
  study->record.enqueued.push_back(std::move(configuration));
  turn.storage.update_study(study->record);
  ++study->version;
  turn.state.touched.insert(study->record.id);
  remember(turn, event.caller, "enqueued");
  turn.reply(call, study_view(*study, turn.clock));
}

}  // namespace automl::engine
