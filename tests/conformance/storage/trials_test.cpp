// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "storage/errors.hpp"
#include "tests/conformance/storage/records.hpp"
#include "tests/conformance/storage/store.hpp"

namespace automl::storage {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

void propose(Storage& storage, const idl::Study& study, std::vector<idl::Trial> trials) {
  std::vector<idl::Session> none;
  storage.propose(study, trials, none);
}

std::vector<std::int64_t> numbers(const std::vector<idl::Trial>& trials) {
  std::vector<std::int64_t> result;
  for (const idl::Trial& trial : trials) {
    result.push_back(trial.number);
  }
  return result;
}

}  // namespace

TEST_P(StorageConformance, ProposeStoresTrialsSessionsAndStudyTogether) {
  idl::Study study;
  std::vector<idl::Trial> trials;
  std::vector<idl::Session> sessions;
  turn([&] {
    records::stored_session(storage(), "bob/other/1");
    study = records::stored_study(storage());
    trials = {records::trial(study.id, 0), records::trial(study.id, 1)};
    sessions = {records::session("ada/digits/1", study.id),
                records::session("ada/digits/2", study.id)};
    study.next_proposal = 99;
    storage().propose(study, trials, sessions);
  });
  EXPECT_GT(sessions[0].id, 0);
  EXPECT_GT(sessions[1].id, sessions[0].id);
  EXPECT_EQ(trials[0].session_id, sessions[0].id);
  EXPECT_EQ(trials[1].session_id, sessions[1].id);
  reopen();
  EXPECT_EQ(storage().load_trials(study.id, 0, 0), trials);
  EXPECT_EQ(storage().load_session(sessions[0].id), sessions[0]);
  EXPECT_EQ(storage().load_session(sessions[1].id), sessions[1]);
  EXPECT_THAT(storage().load_studies(), ElementsAre(study));
}

TEST_P(StorageConformance, TrialsDrivenFromOutsideHaveNoSession) {
  turn([&] {
    const idl::Study study = records::stored_study(storage());
    propose(storage(), study, {records::trial(study.id, 0)});
  });
  EXPECT_EQ(storage().load_trials(1, 0, 0).at(0).session_id, 0);
  EXPECT_THAT(storage().load_recent_sessions(0, 10), IsEmpty());
}

TEST_P(StorageConformance, ProposeOfNothingStoresTheStudy) {
  idl::Study study;
  turn([&] {
    study = records::stored_study(storage());
    study.next_proposal = 12;
    propose(storage(), study, {});
  });
  EXPECT_THAT(storage().load_studies(), ElementsAre(study));
}

TEST_P(StorageConformance, TakenTrialNumberLeavesNothingOfTheProposal) {
  idl::Study study;
  turn([&] {
    study = records::stored_study(storage());
    propose(storage(), study, {records::trial(study.id, 1)});
    idl::Study moved = study;
    moved.next_proposal = 99;
    std::vector<idl::Trial> trials = {records::trial(study.id, 0), records::trial(study.id, 1)};
    std::vector<idl::Session> sessions = {records::session("ada/digits/1", study.id),
                                          records::session("ada/digits/2", study.id)};
    EXPECT_THROW(storage().propose(moved, trials, sessions), Conflict);
  });
  EXPECT_THAT(numbers(storage().load_trials(study.id, 0, 0)), ElementsAre(1));
  EXPECT_THAT(storage().load_recent_sessions(0, 10), IsEmpty());
  EXPECT_THAT(storage().load_studies(), ElementsAre(study));
}

TEST_P(StorageConformance, TakenSessionNameLeavesNothingOfTheProposal) {
  idl::Study study;
  turn([&] {
    study = records::stored_study(storage());
    records::stored_session(storage(), "ada/digits/2");
    std::vector<idl::Trial> trials = {records::trial(study.id, 0), records::trial(study.id, 1)};
    std::vector<idl::Session> sessions = {records::session("ada/digits/1", study.id),
                                          records::session("ada/digits/2", study.id)};
    EXPECT_THROW(storage().propose(study, trials, sessions), Conflict);
  });
  EXPECT_THAT(storage().load_trials(study.id, 0, 0), IsEmpty());
  EXPECT_FALSE(storage().find_session("ada/digits/1"));
}

TEST_P(StorageConformance, TrialsNeedTheirStudy) {
  turn([&] {
    const idl::Study study = records::stored_study(storage());
    EXPECT_THROW(propose(storage(), study, {records::trial(study.id + 1, 0)}), Conflict);
    idl::Study unknown = study;
    unknown.id += 1;
    EXPECT_THROW(propose(storage(), unknown, {records::trial(study.id, 0)}), Conflict);
    EXPECT_THROW(propose(storage(), study, {records::trial(study.id, -1)}), Conflict);
  });
  EXPECT_THAT(storage().load_trials(1, 0, 0), IsEmpty());
}

TEST_P(StorageConformance, TrialNumbersAreUniqueWithinTheStudyOnly) {
  turn([&] {
    const idl::Study one = records::stored_study(storage(), "one");
    const idl::Study two = records::stored_study(storage(), "two");
    propose(storage(), one, {records::trial(one.id, 0)});
    propose(storage(), two, {records::trial(two.id, 0), records::trial(two.id, 1)});
  });
  EXPECT_THAT(numbers(storage().load_trials(1, 0, 0)), ElementsAre(0));
  EXPECT_THAT(numbers(storage().load_trials(2, 0, 0)), ElementsAre(0, 1));
}

TEST_P(StorageConformance, TerminalTrialStaysAsItIs) {
  using State = idl::TrialState;
  std::int64_t number = 0;
  for (const auto state : {State::COMPLETE, State::PRUNED, State::FAILED, State::CANCELLED}) {
    turn([&] {
      if (number == 0) {
        records::stored_study(storage());
      }
      idl::Trial trial = records::trial(1, number);
      propose(storage(), storage().load_studies().at(0), {trial});
      for (const auto open : {State::RUNNING, State::PAUSED, State::WAITING}) {
        trial.state = open;
        trial.reason = "moved on";
        EXPECT_TRUE(storage().update_trial(trial));
      }
      trial.state = state;
      EXPECT_TRUE(storage().update_trial(trial));
      idl::Trial again = trial;
      again.reason = "too late";
      EXPECT_FALSE(storage().update_trial(again));
      again.state = State::RUNNING;
      EXPECT_FALSE(storage().update_trial(again));
      EXPECT_THAT(storage().load_trials(1, number, 1), ElementsAre(trial));
    });
    ++number;
  }
}

TEST_P(StorageConformance, UnknownTrialIsNotUpdated) {
  turn([&] {
    records::stored_study(storage());
    EXPECT_FALSE(storage().update_trial(records::trial(1, 0)));
  });
  EXPECT_THAT(storage().load_trials(1, 0, 0), IsEmpty());
}

TEST_P(StorageConformance, TrialsComeInOrderOfNumber) {
  turn([&] {
    const idl::Study study = records::stored_study(storage());
    for (const std::int64_t number : {5, 3, 10, 0, 9, 4}) {
      propose(storage(), study, {records::trial(1, number)});
    }
  });
  EXPECT_THAT(numbers(storage().load_trials(1, 0, 0)), ElementsAre(0, 3, 4, 5, 9, 10));
  EXPECT_THAT(numbers(storage().load_trials(1, 4, 0)), ElementsAre(4, 5, 9, 10));
  EXPECT_THAT(numbers(storage().load_trials(1, 4, 2)), ElementsAre(4, 5));
  EXPECT_THAT(numbers(storage().load_trials(1, 6, 1)), ElementsAre(9));
  EXPECT_THAT(storage().load_trials(1, 11, 0), IsEmpty());
  EXPECT_THAT(storage().load_trials(2, 0, 0), IsEmpty());
}

TEST_P(StorageConformance, TrialKeepsExtremeNumbers) {
  idl::Trial trial = records::trial(1, std::numeric_limits<std::int64_t>::max());
  trial.created_ms = std::numeric_limits<std::int64_t>::min();
  trial.ended_ms = std::numeric_limits<std::int64_t>::max();
  trial.__set_value(-std::numeric_limits<double>::infinity());
  trial.__set_latest_value(std::numeric_limits<double>::denorm_min());
  turn([&] { propose(storage(), records::stored_study(storage()), {trial}); });
  EXPECT_THAT(storage().load_trials(1, 0, 0), ElementsAre(trial));
  trial.__set_value(std::numeric_limits<double>::quiet_NaN());
  turn([&] { EXPECT_TRUE(storage().update_trial(trial)); });
  EXPECT_TRUE(std::isnan(storage().load_trials(1, 0, 0).at(0).value));
  trial.__isset.value = false;
  turn([&] { EXPECT_TRUE(storage().update_trial(trial)); });
  EXPECT_FALSE(storage().load_trials(1, 0, 0).at(0).__isset.value);
}

TEST_P(StorageConformance, ManyTrialsInOneTurn) {
  std::vector<idl::Trial> trials;
  for (std::int64_t number = 0; number < 2000; ++number) {
    trials.push_back(records::trial(1, number));
  }
  turn([&] { propose(storage(), records::stored_study(storage()), trials); });
  EXPECT_EQ(storage().load_trials(1, 0, 0), trials);
}

}  // namespace automl::storage
