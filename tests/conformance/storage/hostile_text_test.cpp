// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/conformance/storage/records.hpp"
#include "tests/conformance/storage/store.hpp"

namespace automl::storage {

using testing::ElementsAre;

namespace {

// UTF-8 of at most 255 characters: may be part of a key.
std::vector<std::string> hostile_keys() {
  return {"'; DROP TABLE studies; --",
          "\"quoted\" `ticked` [bracketed]",
          "back\\slash\\'\\\"",
          std::string("nul\0inside", 10),
          std::string("\0", 1),
          "line\nfeed\r\ttab\x01\x1f\x7f",
          "? ?1 :name @name $name %s %n {0} {}",
          "%_*",
          "za\u017c\u00f3\u0142\u0107 \u65e5\u672c\u8a9e \u0639\u0631\u0628\u064a",
          "\U0001f9ea\U0001f468\u200d\U0001f4bb\u202ertl\ufeff",
          "NULL",
          "0",
          "1e999",
          "",
          "  ",
          std::string(255, 'x')};
}

// Whatever else a record's text may hold.
std::vector<std::string> hostile_texts() {
  std::vector<std::string> texts = hostile_keys();
  texts.push_back("\xff\xfe invalid \xc3\x28 utf-8 \xed\xa0\x80");
  std::string large;
  for (int i = 0; large.size() < 1 << 20; ++i) {
    large += "'\"\\\0\n%"[i % 6];
  }
  texts.push_back(large);
  return texts;
}

}  // namespace

TEST_P(StorageConformance, HostileTextInStudiesAndTrials) {
  for (const std::string& text : hostile_texts()) {
    SCOPED_TRACE(text.substr(0, 40));
    storage().begin();
    idl::Study study = records::study("digits");
    for (std::string* field : {&study.spec.code,
                               &study.spec.setup,
                               &study.spec.command,
                               &study.reason,
                               &study.source_digest,
                               &study.source_text,
                               &study.code_digest,
                               &study.algorithm_note,
                               &study.spec.algorithm.name,
                               &study.spec.objectives[0].metric,
                               &study.spec.constraints[0].metric,
                               &study.spec.constraints[0].text,
                               &study.spec.space[0].name,
                               &study.spec.metrics[0].pattern,
                               &study.spec.datasets[0]}) {
      *field = text;
    }
    study.spec.algorithm.options[text] = text;
    study.id = storage().create_study(study);
    std::vector<idl::Trial> trials = {records::trial(study.id, 0)};
    trials[0].reason = trials[0].proposed_because = trials[0].configuration[0].parameter = text;
    trials[0].configuration[1].value.__set_text(text);
    trials[0].constraint_values[text] = 1;
    std::vector<idl::Session> sessions;
    storage().propose(study, trials, sessions);
    EXPECT_THAT(storage().load_studies(), ElementsAre(study));
    EXPECT_EQ(storage().load_trials(study.id, 0, 0), trials);
    storage().rollback();
  }
}

TEST_P(StorageConformance, HostileTextInSessionsAndAttempts) {
  for (const std::string& text : hostile_texts()) {
    SCOPED_TRACE(text.substr(0, 40));
    storage().begin();
    idl::Session session = records::session("ada/digits/1");
    for (std::string* field : {&session.owner,
                               &session.reason,
                               &session.spec.command,
                               &session.spec.code_digest,
                               &session.spec.setup,
                               &session.spec.params_json,
                               &session.spec.working_directory,
                               &session.spec.required_metric,
                               &session.spec.datasets[0]}) {
      *field = text;
    }
    session.spec.environment[text] = text;
    storage().create_session(session);
    idl::Attempt attempt = records::attempt(session.id, 1, "token");
    for (std::string* field :
         {&attempt.placement.node, &attempt.handle, &attempt.stop_note, &attempt.exit.message}) {
      *field = text;
    }
    storage().begin_attempt(attempt, session);
    storage().store_reply("ada", "1", {text.substr(0, 200), text}, 1);
    EXPECT_EQ(storage().load_session(session.id), session);
    EXPECT_THAT(storage().load_attempts(session.id), ElementsAre(attempt));
    EXPECT_EQ(storage().find_reply("ada", "1").value().reply, text);
    storage().rollback();
  }
}

TEST_P(StorageConformance, HostileTextInKeys) {
  turn([&] {
    for (const std::string& key : hostile_keys()) {
      SCOPED_TRACE(key);
      idl::Study study = records::study(key, key);
      study.id = storage().create_study(study);
      storage().update_study(study);
      EXPECT_EQ(storage().load_studies().back(), study);
      idl::Session session = records::session(key, study.id);
      storage().create_session(session);
      EXPECT_EQ(storage().find_session(key), session);
      EXPECT_EQ(storage().next_session_number(key, key), 1);
      EXPECT_EQ(storage().next_session_number(key, key), 2);
      idl::Attempt attempt = records::stored_attempt(storage(), session, key);
      attempt.state = idl::AttemptState::RUNNING;
      EXPECT_TRUE(storage().update_attempt(attempt));
      idl::Measurement measurement = records::measurement(1, 0.5);
      measurement.metrics[key] = 1.5;
      EXPECT_EQ(storage().record_measurements(attempt, {measurement}), 1);
      EXPECT_EQ(storage().load_measurements(session.id).at(0).measurement, measurement);
      storage().store_reply(key, key, {key, key}, 1);
      EXPECT_EQ(storage().find_reply(key, key).value().body_digest, key);
    }
  });
  reopen();
  std::size_t i = 0;
  for (const std::string& key : hostile_keys()) {
    EXPECT_EQ(storage().load_studies().at(i++).spec.name, key);
    EXPECT_EQ(storage().find_session(key).value().name, key);
  }
}

}  // namespace automl::storage
