// SPDX-License-Identifier: Apache-2.0
#include "engine/fair_share.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/blockages.hpp"
#include "engine/queries.hpp"
#include "engine/study_manager.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

idl::SessionSpec session(int cpus, int gpus = 0) {
  idl::SessionSpec spec;
  spec.command = "train";
  spec.resources.cpus = cpus;
  spec.resources.gpus = gpus;
  return spec;
}

idl::StudySpec study(const std::string& name, int parallel, int priority = 1) {
  idl::StudySpec spec = small_study(name);
  spec.parallel = parallel;
  spec.priority = priority;
  spec.budget.trials = 100;
  return spec;
}

class FairShares : public ::testing::Test {
 protected:
  // How many of the launches since the last call belong to each owner.
  std::map<std::string, int> launched_by_owner() {
    std::map<std::string, int> counts;
    for (const auto& launch : engine_.take_launches()) {
      tokens_.push_back(launch.token);
      ++counts[launch.session_name.substr(0, launch.session_name.find('/'))];
    }
    return counts;
  }
  // Running attempts of each study, from the engine's own list.
  std::map<std::string, int> running() {
    std::map<std::string, int> counts;
    for (const idl::SessionRow& row : rows()) {
      counts[row.study] += row.session.state == idl::SessionState::LAUNCHING ? 1 : 0;
    }
    return counts;
  }
  std::vector<idl::SessionRow> rows() {
    return look<idl::SessionList>([](const StudyManager& manager) {
             return list_sessions(manager, idl::SessionFilter());
           })
        .rows;
  }
  std::string why(const std::string& subject) {
    return look<std::vector<idl::Blockage>>(
               [&](const StudyManager& manager) { return engine::why(manager, subject); })
        .front()
        .detail;
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
  std::vector<std::string> tokens_;
};

TEST_F(FairShares, OwnersShareEquallyHoweverManySessionsTheyQueue) {
  engine_.submit_session(session(8));
  const std::string whole = engine_.take_token();
  for (int i = 0; i < 20; ++i) {
    engine_.submit_session(session(1));
  }
  engine_.act_as("bob");
  for (int i = 0; i < 20; ++i) {
    engine_.submit_session(session(1));
  }
  engine_.complete(whole, 0);
  EXPECT_EQ(launched_by_owner(), (std::map<std::string, int>{{"ann", 4}, {"bob", 4}}));
  // From then on each slot goes to its owner's next one.
  engine_.complete(tokens_.front(), 0);
  EXPECT_EQ(launched_by_owner().size(), 1U);
}

TEST_F(FairShares, StudiesOfOneOwnerShareByPriority) {
  engine_.submit_session(session(8));
  const std::string whole = engine_.take_token();
  engine_.submit(study("light", 8, 1));
  engine_.submit(study("heavy", 8, 3));
  engine_.complete(whole, 0);
  EXPECT_EQ(running()["light"], 2);
  EXPECT_EQ(running()["heavy"], 6);
}

TEST_F(FairShares, TheResourceOfWhichMostIsHeldCounts) {
  engine_.submit_session(session(8));
  const std::string whole = engine_.take_token();
  for (int i = 0; i < 4; ++i) {
    engine_.submit_session(session(1, 1));  // a quarter of the GPUs each
  }
  engine_.act_as("bob");
  for (int i = 0; i < 8; ++i) {
    engine_.submit_session(session(1));  // an eighth of the CPUs each
  }
  engine_.complete(whole, 0);
  // 3 × 1/4 against 5 × 1/8.
  EXPECT_EQ(launched_by_owner(), (std::map<std::string, int>{{"ann", 3}, {"bob", 5}}));
}

TEST_F(FairShares, WhyTellsWhoComesFirstAndByWhichRule) {
  for (int i = 0; i < 10; ++i) {
    engine_.submit_session(session(1));
  }
  EXPECT_THAT(why("10"), HasSubstr("1 comes first: shares are equal, and older ones go first"));
  engine_.submit(study("s", 1, 2));
  EXPECT_THAT(why("s/0"), HasSubstr("waiting for 1 CPU; next in line"));
  EXPECT_THAT(why("9"),
              HasSubstr("1 comes first: the share of study s, for its priority, is 0 %, that of "
                        "plain sessions of ann 100 %"));
  engine_.act_as("bob");
  engine_.submit_session(session(1));
  EXPECT_THAT(why("10"), HasSubstr("3 come first: bob holds 0 % of the slots, ann 100 %"));
}

TEST_F(FairShares, SharesFollowFromWhatIsHeldAlsoAfterARestart) {
  for (int i = 0; i < 10; ++i) {
    engine_.submit_session(session(1));
  }
  launched_by_owner();
  engine_.act_as("bob");
  engine_.submit_session(session(1));
  engine_.restart();
  engine_.complete(tokens_.front(), 0);
  EXPECT_EQ(launched_by_owner(), (std::map<std::string, int>{{"bob", 1}}));
}

}  // namespace

}  // namespace automl::engine
