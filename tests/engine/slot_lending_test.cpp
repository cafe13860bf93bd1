// SPDX-License-Identifier: Apache-2.0
#include "engine/slot_lending.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/queries.hpp"
#include "engine/study_manager.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kPause = idl::VerdictAction::PAUSE;
constexpr auto kProceed = idl::VerdictAction::PROCEED;

idl::SessionSpec session(int cpus) {
  idl::SessionSpec spec;
  spec.command = "train";
  spec.resources.cpus = cpus;
  return spec;
}

// One CPU a trial: the node has eight slots.
idl::StudySpec greedy(const std::string& name, int parallel, int most) {
  idl::StudySpec spec = small_study(name);
  spec.parallel = parallel;
  spec.budget.trials = 100;
  idl::StopAndGo lending;
  lending.max_parallel = most;
  lending.stop_ratio = 0.5;
  spec.__set_stop_and_go(lending);
  return spec;
}

class SlotLending : public ::testing::Test {
 protected:
  // Runners of all launches since the last call register.
  std::vector<std::string> start() {
    std::vector<std::string> tokens;
    for (const auto& launch : engine_.take_launches()) {
      tokens.push_back(launch.token);
      engine_.register_runner(launch.token);
    }
    return tokens;
  }
  idl::VerdictAction::type report(const std::string& token, std::int64_t sequence, double loss) {
    const Payload reply = engine_.report(token, {measured(sequence, loss)});
    return std::get<idl::ReportReply>(reply).verdict.action;
  }
  void save(const std::string& token) {
    idl::Checkpoint checkpoint;
    checkpoint.number = 1;
    checkpoint.attempt = 1;
    checkpoint.files = 1;
    checkpoint.digest = std::string(64, 'a');
    idl::ReportBatch batch;
    batch.checkpoints = {checkpoint};
    engine_.report_batch(token, batch);
  }
  // Who is asked to pause, of trials that report once more.
  std::vector<std::size_t> asked(const std::vector<std::string>& tokens) {
    std::vector<std::size_t> trials;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Payload reply = engine_.report(tokens[i], {});
      if (std::get<idl::ReportReply>(reply).verdict.action == kPause) {
        trials.push_back(i);
      }
    }
    return trials;
  }
  std::vector<std::string> pauses(const std::string& study, std::int64_t number) {
    const auto detail = look<idl::TrialDetail>(
        [&](const StudyManager& manager) { return show_trial(manager, study, number); });
    std::vector<std::string> reasons;
    for (const idl::ScheduleEvent& event : detail.schedule) {
      if (event.kind == idl::ScheduleEventKind::PREEMPT ||
          event.kind == idl::ScheduleEventKind::REVIVE) {
        reasons.push_back(event.reason);
      }
    }
    return reasons;
  }
  template <class T>
  T look(const std::function<Payload(const StudyManager&)>& read) {
    Payload seen;
    engine_.turn(Inspected{0, [&](const StudyManager& manager) {
                             seen = read(manager);
                             return Payload();
                           }});
    return std::get<T>(seen);
  }

  DrivenCore engine_;
};

TEST_F(SlotLending, AStudyGrowsOverIdleSlotsUpToItsMost) {
  engine_.submit(greedy("s", 2, 6));
  EXPECT_THAT(start(), SizeIs(6));
  engine_.submit_session(session(1));
  engine_.submit_session(session(1));
  EXPECT_THAT(start(), SizeIs(2)) << "room was left for both";
}

TEST_F(SlotLending, WithoutItAStudyKeepsToItsPlaces) {
  idl::StudySpec spec = greedy("s", 2, 6);
  spec.__isset.stop_and_go = false;
  engine_.submit(spec);
  EXPECT_THAT(start(), SizeIs(2));
}

TEST_F(SlotLending, TheLeastPromisingMakeRoomAndAreRevivedTheBestFirst) {
  engine_.submit(greedy("s", 2, 8));
  const std::vector<std::string> tokens = start();
  ASSERT_THAT(tokens, SizeIs(8));
  for (std::size_t i = 0; i < 8; ++i) {
    report(tokens[i], 1, static_cast<double>(i));
    save(tokens[i]);
  }
  engine_.submit_session(session(2));
  EXPECT_THAT(asked(tokens), ElementsAre(6, 7));
  EXPECT_THAT(start(), IsEmpty());
  engine_.finish(tokens[6], ended(idl::ExitCause::PAUSED));
  EXPECT_THAT(start(), IsEmpty()) << "one CPU is not enough, and nobody else takes it";
  engine_.finish(tokens[7], ended(idl::ExitCause::PAUSED));
  const std::vector<std::string> others = start();
  ASSERT_THAT(others, SizeIs(1));
  EXPECT_EQ(engine_.trial("s", 7).state, idl::TrialState::PAUSED);
  engine_.restart();
  EXPECT_THAT(start(), IsEmpty());
  engine_.finish(others[0], exited(0));
  EXPECT_THAT(start(), SizeIs(2));
  EXPECT_EQ(engine_.trial("s", 6).state, idl::TrialState::RUNNING);
  EXPECT_EQ(engine_.trial("s", 7).state, idl::TrialState::RUNNING);
  EXPECT_THAT(pauses("s", 7),
              ElementsAre(HasSubstr("88 % of trials were better (ann/digits/"),
                          HasSubstr("a slot is idle")));
}

TEST_F(SlotLending, ItsOwnPlacesAStudyKeeps) {
  engine_.submit(greedy("s", 3, 8));
  const std::vector<std::string> tokens = start();
  for (int i = 0; i < 8; ++i) {
    engine_.submit_session(session(1));
  }
  EXPECT_THAT(asked(tokens), SizeIs(5));
  engine_.submit_session(session(8));
  EXPECT_THAT(asked(tokens), SizeIs(5));
}

TEST_F(SlotLending, NobodyIsPausedForASessionThatWouldNotFitAnyway) {
  idl::StudySpec fixed = small_study("fixed");
  fixed.parallel = 4;
  engine_.submit(fixed);
  engine_.submit(greedy("s", 1, 8));
  const std::vector<std::string> tokens = start();
  engine_.submit_session(session(7));
  EXPECT_THAT(asked(tokens), IsEmpty());
}

TEST_F(SlotLending, ASlotThatAnotherStudyIsAboutToFillIsNotLent) {
  idl::StudySpec fixed = small_study("fixed");
  fixed.parallel = 4;
  fixed.budget.trials = 50;
  fixed.algorithm.name = "tpe";  // it learns, so nothing is computed ahead
  engine_.submit(fixed);
  const std::vector<std::string> tokens = start();
  engine_.submit(greedy("s", 1, 8));
  ASSERT_THAT(start(), SizeIs(4));
  engine_.hold_suggestions();
  report(tokens[0], 1, 1);
  engine_.finish(tokens[0], exited(0));
  engine_.wait_ms(1);
  EXPECT_THAT(start(), IsEmpty());
}

TEST_F(SlotLending, WhatHasSavedNothingIsPausedLastAndSaidToStartFromZero) {
  engine_.submit(greedy("s", 1, 8));
  const std::vector<std::string> tokens = start();
  for (std::size_t i = 0; i < 8; ++i) {
    report(tokens[i], 1, static_cast<double>(i));
    if (i < 2) {
      save(tokens[i]);
    }
  }
  for (int i = 0; i < 3; ++i) {
    engine_.submit_session(session(1));
  }
  EXPECT_THAT(asked(tokens), ElementsAre(0, 1, 7));
  engine_.finish(tokens[7], ended(idl::ExitCause::PAUSED));
  EXPECT_THAT(pauses("s", 7), ElementsAre(HasSubstr("saved no checkpoint and starts from zero")));
}

TEST_F(SlotLending, ATrialThatWasBeingLaunchedGivesWayAtOnce) {
  engine_.submit(greedy("s", 1, 8));
  ASSERT_THAT(engine_.take_launches(), SizeIs(8));
  engine_.submit_session(session(1));
  EXPECT_THAT(start(), SizeIs(1));
  EXPECT_THAT(engine_.take_cancelled(), SizeIs(1));
}

TEST_F(SlotLending, TwoThatBorrowShareWhatIsIdle) {
  engine_.submit_session(session(8));
  const std::string whole = engine_.take_token();
  engine_.submit(greedy("a", 1, 8));
  engine_.submit(greedy("b", 1, 8));
  engine_.complete(whole, 0);
  std::map<std::int64_t, int> counts;
  for (const auto& launch : engine_.take_launches()) {
    ++counts[look<idl::SessionRow>([&](const StudyManager& manager) {
               return show_session(manager, launch.session_name);
             }).session.study_id];
  }
  EXPECT_EQ(counts, (std::map<std::int64_t, int>{{1, 4}, {2, 4}}));
}

TEST_F(SlotLending, ThePromisingPartOfStoppedTrialsIsRevivedInLentSlots) {
  idl::StudySpec spec = greedy("s", 1, 2);
  spec.scheduler.name = "threshold";
  spec.scheduler.options = {{"upper", "10"}};
  spec.budget.trials = 3;
  engine_.submit(spec);
  std::vector<std::string> tokens = start();
  ASSERT_THAT(tokens, SizeIs(2));
  EXPECT_EQ(report(tokens[0], 1, 20), kPause);  // kept: the first of all
  EXPECT_EQ(report(tokens[1], 1, 30), idl::VerdictAction::STOP);
  engine_.finish(tokens[0], ended(idl::ExitCause::PAUSED));
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::PAUSED);
  engine_.restart();
  engine_.finish(tokens[1], ended(idl::ExitCause::STOPPED));
  EXPECT_EQ(engine_.trial("s", 1).state, idl::TrialState::PRUNED);
  tokens = start();  // a new trial in its own place, the stopped one in the lent one
  ASSERT_THAT(tokens, SizeIs(2));
  EXPECT_EQ(engine_.trial("s", 0).state, idl::TrialState::RUNNING);
  for (const std::string& token : tokens) {
    EXPECT_EQ(report(token, 2, 9), kProceed);
  }
}

TEST_F(SlotLending, AStudyWhosePreemptedTrialsWaitIsNotDone) {
  idl::StudySpec spec = greedy("s", 1, 8);
  spec.budget.trials = 8;
  engine_.submit(spec);
  const std::vector<std::string> tokens = start();
  ASSERT_THAT(tokens, SizeIs(8));
  engine_.submit_session(session(7));
  for (const std::size_t trial : asked(tokens)) {
    engine_.finish(tokens[trial], ended(idl::ExitCause::PAUSED));
  }
  const std::vector<std::string> other = start();
  ASSERT_THAT(other, SizeIs(1));
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(engine_.study("s").state, idl::StudyState::RUNNING);
    const std::string token = i == 0 ? tokens[0] : start().at(0);
    report(token, 5, 1);
    engine_.finish(token, exited(0));
  }
  EXPECT_EQ(engine_.study("s").state, idl::StudyState::DONE);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(engine_.trial("s", i).state, idl::TrialState::COMPLETE);
  }
}

}  // namespace

}  // namespace automl::engine
