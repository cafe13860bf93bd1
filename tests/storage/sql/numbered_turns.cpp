// SPDX-License-Identifier: Apache-2.0
#include "tests/storage/sql/numbered_turns.hpp"

#include <gtest/gtest.h>

#include "tests/conformance/storage/records.hpp"

namespace automl::storage {

namespace {

std::string name_of(std::int64_t number) { return "ada/digits/" + std::to_string(number); }

}  // namespace

void NumberedTurns::run(Storage& storage, std::int64_t number) const {
  storage.begin();
  if (number == 1) {
    records::stored_study(storage);
  } else {
    finish_last(storage, number - 1);
  }
  idl::Study study = storage.load_studies().at(0);
  study.next_proposal = number;
  std::vector<idl::Trial> trials = {records::trial(study.id, number)};
  trials[0].reason.assign(static_cast<std::size_t>(filler_bytes_), 'r');
  std::vector<idl::Session> sessions = {records::session(name_of(number), study.id)};
  storage.propose(study, trials, sessions);
  storage.next_session_number("ada", "digits");
  const idl::Attempt attempt =
      records::stored_attempt(storage, sessions[0], "token" + std::to_string(number));
  storage.record_measurements(attempt,
                              {records::measurement(1, 0.5), records::measurement(2, 0.25)});
  storage.store_reply("ada", std::to_string(number), {"digest", "reply"}, number);
  storage.commit();
}

void NumberedTurns::finish_last(Storage& storage, std::int64_t number) const {
  idl::Trial trial = storage.load_trials(1, number, 1).at(0);
  trial.state = idl::TrialState::COMPLETE;
  ASSERT_TRUE(storage.update_trial(trial));
  idl::Session session = storage.find_session(name_of(number)).value();
  idl::Attempt attempt = storage.load_attempts(session.id).at(0);
  session.state = idl::SessionState::COMPLETE;
  attempt.state = idl::AttemptState::COMPLETE;
  ASSERT_TRUE(storage.update_session(session));
  ASSERT_TRUE(storage.update_attempt(attempt));
}

std::int64_t NumberedTurns::count(Storage& storage) const {
  const std::vector<idl::Study> studies = storage.load_studies();
  if (studies.empty()) {
    EXPECT_TRUE(storage.load_recent_sessions(0, 1).empty());
    EXPECT_FALSE(storage.find_reply("ada", "1"));
    return 0;
  }
  const std::int64_t last = studies[0].next_proposal;
  const std::vector<idl::Trial> trials = storage.load_trials(1, 0, 0);
  EXPECT_EQ(static_cast<std::int64_t>(trials.size()), last);
  for (std::int64_t number = 1; number <= last; ++number) {
    const idl::Trial& trial = trials.at(static_cast<std::size_t>(number - 1));
    const bool open = number == last;
    EXPECT_EQ(trial.number, number);
    EXPECT_EQ(static_cast<std::int64_t>(trial.reason.size()), filler_bytes_);
    EXPECT_EQ(trial.state == idl::TrialState::WAITING, open);
    const std::optional<idl::Session> session = storage.find_session(name_of(number));
    EXPECT_EQ(session.value().id, trial.session_id);
    EXPECT_EQ(session->state == idl::SessionState::LAUNCHING, open);
    const std::vector<idl::Attempt> attempts = storage.load_attempts(trial.session_id);
    EXPECT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts.at(0).state == idl::AttemptState::LAUNCHING, open);
    EXPECT_EQ(attempts.at(0).acknowledged_sequence, 2);
    EXPECT_EQ(storage.load_measurements(trial.session_id).size(), 2U);
    EXPECT_TRUE(storage.find_reply("ada", std::to_string(number)));
  }
  EXPECT_EQ(static_cast<std::int64_t>(storage.load_recent_sessions(0, last + 1).size()), last);
  EXPECT_FALSE(storage.find_reply("ada", std::to_string(last + 1)));
  return last;
}

}  // namespace automl::storage
