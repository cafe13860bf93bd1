// SPDX-License-Identifier: Apache-2.0
#include "engine/server/study_calls.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/queries.hpp"
#include "engine/schedule_replay.hpp"
#include "engine/study_file/parser.hpp"
#include "engine/study_file/setting.hpp"
#include "engine/study_manager.hpp"
#include "engine/study_search.hpp"
#include "engine/turn.hpp"

namespace automl::engine::server {

namespace {

constexpr std::int32_t kMostAtOnce = 1000;

// Tells whether the same study is submitted again: the text and the code, not where they came from.
std::string source_digest(const std::string& text, const std::string& code_digest) {
  return sha256_hex(text + '\0' + code_digest);
}

[[noreturn]] void refuse_file(std::vector<idl::StudyFileError> errors) {
  idl::InvalidRequest invalid;
  invalid.message = errors.size() == 1
                        ? "1 error in the study file"
                        : std::to_string(errors.size()) + " errors in the study file";
  invalid.errors = std::move(errors);
  throw invalid;
}

}  // namespace

StudyCalls::StudyCalls(Services& services, Principal principal)
    : services_(services), principal_(std::move(principal)) {}

std::vector<idl::Node> StudyCalls::nodes() const {
  return expect<idl::EngineInfo>(
             inspect(services_,
                     [](const StudyManager& manager) { return engine::engine_info(manager); }))
      .nodes;
}

idl::Study StudyCalls::stored_study(const std::string& study) const {
  // Shared because the engine may read for a caller who has given up.
  auto record = std::make_shared<idl::Study>();
  inspect(services_, [study, record](const StudyManager& manager) -> Payload {
    const StudyEntry* found = find_study(manager.state(), study);
    if (found == nullptr) {
      return Refusal{Refusal::Kind::kNotFound, "there is no study \"" + study + "\""};
    }
    *record = found->record;
    return std::monostate();
  });
  return *record;
}

void StudyCalls::check_study(idl::StudyCheck& reply, const idl::StudyText& text) {
  authorize(Action::kInspect);
  study_file::Parsed parsed = study_file::parse(text.text, text.path, text.directory, nodes());
  reply.errors = std::move(parsed.errors);
  reply.keys = std::move(parsed.keys);
  if (parsed.spec) {
    reply.algorithm_note = algorithm_note(*parsed.spec);
    reply.notes = advice(*parsed.spec);
    reply.__set_spec(*parsed.spec);
  }
}

void StudyCalls::submit_study(idl::SubmitReply& reply,
                              const std::string& request_id,
                              const idl::StudyText& text,
                              const std::string& code_digest,
                              bool smoke) {
  authorize(Action::kSubmit);
  idl::Engine_submit_study_args arguments;
  arguments.text = text;
  arguments.code_digest = code_digest;
  arguments.smoke = smoke;
  StudySubmitted event;
  event.caller = make_caller(principal_, request_id, arguments);
  study_file::Parsed parsed = study_file::parse(text.text, text.path, text.directory, nodes());
  if (!parsed.spec) {
    refuse_file(std::move(parsed.errors));
  }
  if (!code_digest.empty() && !services_.archives.has(code_digest)) {
    refuse(Refusal::Kind::kInvalid, "the code archive " + code_digest + " has not been sent");
  }
  event.spec = std::move(*parsed.spec);
  event.source_text = text.text;
  event.source_directory = text.directory;
  event.source_digest = source_digest(text.text, code_digest);
  event.code_digest = code_digest;
  event.smoke = smoke;
  reply = expect<idl::SubmitReply>(wait_for(services_.loop.call(std::move(event))));
}

void StudyCalls::study_status(idl::StudyStatus& reply, const std::string& study) {
  authorize(Action::kInspect);
  reply = expect<idl::StudyStatus>(inspect(services_, [study](const StudyManager& manager) {
    return engine::study_status(manager, study);
  }));
}

void StudyCalls::list_studies(std::vector<idl::StudyStatus>& reply) {
  authorize(Action::kInspect);
  reply = expect<std::vector<idl::StudyStatus>>(inspect(
      services_, [](const StudyManager& manager) { return engine::list_studies(manager); }));
}

void StudyCalls::change_study(idl::StudyStatus& reply,
                              const std::string& request_id,
                              const std::string& study,
                              idl::StudyAction::type action) {
  authorize(Action::kChange);
  if (!idl::_StudyAction_VALUES_TO_NAMES.contains(action)) {
    refuse(Refusal::Kind::kInvalid, "no such action");
  }
  idl::Engine_change_study_args arguments;
  arguments.study = study;
  arguments.action = action;
  StudyChangeRequested event{make_caller(principal_, request_id, arguments), study, action};
  reply = expect<idl::StudyStatus>(wait_for(services_.loop.call(std::move(event))));
}

void StudyCalls::retry_failed(idl::StudyStatus& reply,
                              const std::string& request_id,
                              const std::string& study) {
  authorize(Action::kChange);
  idl::Engine_retry_failed_args arguments;
  arguments.study = study;
  FailedRetried event{make_caller(principal_, request_id, arguments), study};
  reply = expect<idl::StudyStatus>(wait_for(services_.loop.call(std::move(event))));
}

void StudyCalls::edit_study(idl::EditReply& reply,
                            const std::string& request_id,
                            const std::string& study,
                            const idl::StudyEdit& edit) {
  authorize(Action::kChange);
  idl::Engine_edit_study_args arguments;
  arguments.study = study;
  arguments.edit = edit;
  StudyEdited event;
  event.caller = make_caller(principal_, request_id, arguments);
  const idl::Study before = stored_study(study);
  idl::StudyText text = edit.text;
  if (text.text.empty()) {
    text.text = before.source_text;
    text.directory = before.source_directory;
  }
  for (const std::string& setting : edit.settings) {
    if (std::string objection = study_file::put_setting(text.text, setting); !objection.empty()) {
      refuse(Refusal::Kind::kInvalid, objection);
    }
  }
  study_file::Parsed parsed = study_file::parse(
      text.text, text.path, text.directory, nodes(), study_file::Paths::kMayBeGone);
  if (!parsed.spec) {
    refuse_file(std::move(parsed.errors));
  }
  event.study = study;
  event.spec = std::move(*parsed.spec);
  event.places = std::move(parsed.places);
  event.source_digest = source_digest(text.text, before.code_digest);
  event.source_text = std::move(text.text);
  event.source_directory = std::move(text.directory);
  event.version = edit.version;
  event.dry_run = edit.dry_run;
  reply = expect<idl::EditReply>(wait_for(services_.loop.call(std::move(event))));
}

void StudyCalls::study_versions(std::vector<idl::StudyVersion>& reply, const std::string& study) {
  authorize(Action::kInspect);
  reply = expect<std::vector<idl::StudyVersion>>(inspect(
      services_,
      [study](const StudyManager& manager) { return engine::study_versions(manager, study); }));
}

void StudyCalls::enqueue(idl::StudyStatus& reply,
                         const std::string& request_id,
                         const std::string& study,
                         const std::map<std::string, std::string>& configuration) {
  authorize(Action::kChange);
  idl::Engine_enqueue_args arguments;
  arguments.study = study;
  arguments.configuration = configuration;
  ConfigurationEnqueued event{make_caller(principal_, request_id, arguments), study, configuration};
  reply = expect<idl::StudyStatus>(wait_for(services_.loop.call(std::move(event))));
}

void StudyCalls::list_trials(idl::TrialPage& reply,
                             const std::string& study,
                             std::int64_t from_number,
                             std::int32_t limit) {
  authorize(Action::kInspect);
  reply =
      expect<idl::TrialPage>(inspect(services_, [study, from_number, limit](const StudyManager& m) {
        return engine::list_trials(m, study, from_number, limit);
      }));
}

void StudyCalls::show_trial(idl::TrialDetail& reply,
                            const std::string& study,
                            std::int64_t number) {
  authorize(Action::kInspect);
  reply = expect<idl::TrialDetail>(inspect(services_, [study, number](const StudyManager& m) {
    return engine::show_trial(m, study, number);
  }));
}

void StudyCalls::leaderboard(idl::Leaderboard& reply,
                             const std::string& study,
                             std::int32_t limit) {
  authorize(Action::kInspect);
  reply = expect<idl::Leaderboard>(inspect(services_, [study, limit](const StudyManager& m) {
    return engine::leaderboard(m, study, limit);
  }));
}

void StudyCalls::report_study(idl::StudyReport& reply, const std::string& study) {
  authorize(Action::kInspect);
  // Shared because the engine may read for a caller who has given up.
  auto input = std::make_shared<AnalysisInput>();
  inspect(services_, [study, input](const StudyManager& manager) {
    return read_for_analysis(manager, study, *input);
  });
  reply = services_.analyst->report(*input);
}

void StudyCalls::replay_schedule(idl::ScheduleReplay& reply,
                                 const std::string& study,
                                 const std::string& scheduler) {
  authorize(Action::kInspect);
  auto input = std::make_shared<ReplayInput>();
  input->scheduler = parse_scheduler(scheduler);
  inspect(services_, [study, input](const StudyManager& manager) {
    return read_for_replay(manager, study, *input);
  });
  reply = engine::replay_schedule(*input);
}

void StudyCalls::ask(std::vector<idl::Trial>& reply,
                     const std::string& request_id,
                     const std::string& study,
                     std::int32_t count) {
  authorize(Action::kDrive);
  if (count < 1 || count > kMostAtOnce) {
    refuse(Refusal::Kind::kInvalid, "ask for 1 to 1000 trials at once");
  }
  idl::Engine_ask_args arguments;
  arguments.study = study;
  arguments.count = count;
  TrialsAsked event{make_caller(principal_, request_id, arguments), study, count};
  reply = expect<std::vector<idl::Trial>>(wait_for(services_.loop.call(std::move(event))));
}

void StudyCalls::tell(const std::string& request_id,
                      const std::string& study,
                      std::int64_t number,
                      const idl::Outcome& outcome) {
  authorize(Action::kDrive);
  TrialTold event{{}, study, number, outcome};
  event.caller.principal = principal_.user;
  // A repeated outcome is recognised without a request id.
  if (!request_id.empty()) {
    idl::Engine_tell_args arguments;
    arguments.study = study;
    arguments.number = number;
    arguments.outcome = outcome;
    event.caller = make_caller(principal_, request_id, arguments);
  }
  wait_for(services_.loop.call(std::move(event)));
}

}  // namespace automl::engine::server
