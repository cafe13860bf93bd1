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

idl::ScheduleEvent event(std::int64_t position, std::int64_t trial, double value) {
  idl::ScheduleEvent one;
  one.position = position;
  one.trial = trial;
  one.kind = idl::ScheduleEventKind::REPORT;
  one.step = -3;
  one.value = value;
  one.decision = idl::Decision::EXPLOIT;
  one.reason = "pbt: 3 ≥ 2";
  one.time_ms = 17;
  one.__set_donor(0);
  one.donor_step = 4;
  idl::Checkpoint source;
  source.session_id = 3;
  source.digest = "abc";
  one.__set_source(source);
  one.configuration.resize(1);
  one.configuration[0].parameter = "lr";
  one.configuration[0].value.__set_real(0.5);
  return one;
}

}  // namespace

TEST_P(StorageConformance, SchedulesComeBackInOrder) {
  std::int64_t study = 0;
  turn([&] {
    study = records::stored_study(storage()).id;
    storage().append_schedule(study, event(1, 7, 0.5));
    storage().append_schedule(study, event(3, 7, 1));
    storage().append_schedule(study, event(2, 0, std::numeric_limits<double>::infinity()));
  });
  reopen();
  EXPECT_THAT(
      storage().load_schedule(study),
      ElementsAre(
          event(1, 7, 0.5), event(2, 0, std::numeric_limits<double>::infinity()), event(3, 7, 1)));
  EXPECT_THAT(storage().load_trial_schedule(study, 7),
              ElementsAre(event(1, 7, 0.5), event(3, 7, 1)));
  EXPECT_THAT(storage().load_trial_schedule(study, 1), IsEmpty());
  EXPECT_THAT(storage().load_schedule(study + 1), IsEmpty());
}

TEST_P(StorageConformance, NotANumberAndMinusZeroStayInSchedules) {
  std::int64_t study = 0;
  turn([&] {
    study = records::stored_study(storage()).id;
    storage().append_schedule(study, event(1, 0, std::nan("")));
    storage().append_schedule(study, event(2, 0, -0.0));
  });
  const std::vector<idl::ScheduleEvent> events = storage().load_schedule(study);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(std::isnan(events[0].value));
  EXPECT_TRUE(std::signbit(events[1].value));
}

TEST_P(StorageConformance, APlaceInAScheduleIsTakenOnce) {
  std::int64_t study = 0;
  turn([&] {
    study = records::stored_study(storage()).id;
    storage().append_schedule(study, event(1, 0, 1));
  });
  turn([&] {
    EXPECT_THROW(storage().append_schedule(study, event(1, 1, 2)), Conflict);
    storage().append_schedule(study, event(2, 1, 2));
  });
  EXPECT_THAT(storage().load_schedule(study), ElementsAre(event(1, 0, 1), event(2, 1, 2)));
}

TEST_P(StorageConformance, ASchedulePartOfATurnThatFailsIsGone) {
  std::int64_t study = 0;
  turn([&] { study = records::stored_study(storage()).id; });
  storage().begin();
  storage().append_schedule(study, event(1, 0, 1));
  storage().rollback();
  EXPECT_THAT(storage().load_schedule(study), IsEmpty());
  EXPECT_THROW(storage().append_schedule(study, event(1, 0, 1)), std::logic_error);
}

}  // namespace automl::storage
