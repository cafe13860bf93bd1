// SPDX-License-Identifier: Apache-2.0
#include <bit>
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

std::vector<std::int64_t> sequences(const std::vector<idl::StoredMeasurement>& stored) {
  std::vector<std::int64_t> result;
  for (const idl::StoredMeasurement& one : stored) {
    result.push_back(one.measurement.sequence);
  }
  return result;
}

idl::Attempt fresh(Storage& storage) {
  return records::stored_attempt(storage, records::stored_session(storage), "token");
}

}  // namespace

TEST_P(StorageConformance, MeasurementsComeBackInOrder) {
  idl::Measurement first = records::measurement(1, 0.5);
  first.metrics["accuracy"] = 0.9;
  first.metrics["Accuracy"] = 0.8;
  first.metrics[""] = 1;
  const idl::Measurement second = records::measurement(2, 0.25);
  turn([&] { EXPECT_EQ(storage().record_measurements(fresh(storage()), {first, second}), 2); });
  reopen();
  const std::vector<idl::StoredMeasurement> stored = storage().load_measurements(1);
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored[0].attempt, 1);
  EXPECT_EQ(stored[0].measurement, first);
  EXPECT_EQ(stored[1].measurement, second);
  EXPECT_THAT(storage().load_measurements(2), IsEmpty());
}

TEST_P(StorageConformance, EveryDoubleComesBackAsItWentIn) {
  using Limits = std::numeric_limits<double>;
  const std::vector<double> values = {Limits::quiet_NaN(),
                                      Limits::infinity(),
                                      -Limits::infinity(),
                                      0.0,
                                      -0.0,
                                      Limits::denorm_min(),
                                      -Limits::denorm_min(),
                                      Limits::min(),
                                      Limits::max(),
                                      Limits::lowest(),
                                      0.1,
                                      1.0 / 3.0,
                                      9007199254740993.0,
                                      1e300,
                                      123456789012345680.0};
  turn([&] {
    const idl::Attempt attempt = fresh(storage());
    std::vector<idl::Measurement> batch;
    for (std::size_t i = 0; i < values.size(); ++i) {
      batch.push_back(records::measurement(static_cast<std::int64_t>(i) + 1, values[i]));
    }
    storage().record_measurements(attempt, batch);
  });
  const std::vector<idl::StoredMeasurement> stored = storage().load_measurements(1);
  ASSERT_EQ(stored.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = stored[i].measurement.metrics.at("loss");
    if (std::isnan(values[i])) {
      EXPECT_TRUE(std::isnan(value));
    } else {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(values[i]))
          << values[i];
    }
  }
}

TEST_P(StorageConformance, RepeatedMeasurementsAreSkipped) {
  turn([&] {
    const idl::Attempt attempt = fresh(storage());
    const auto record = [&](const std::vector<idl::Measurement>& batch) {
      return storage().record_measurements(attempt, batch);
    };
    EXPECT_EQ(record({}), 0);
    EXPECT_EQ(record({records::measurement(1, 1), records::measurement(2, 2)}), 2);
    EXPECT_EQ(record({records::measurement(1, -1), records::measurement(2, -2)}), 2);
    EXPECT_EQ(record({records::measurement(2, -2), records::measurement(3, 3)}), 3);
    EXPECT_EQ(record({}), 3);
    EXPECT_EQ(record({records::measurement(4, 4), records::measurement(4, -4)}), 4);
    EXPECT_EQ(record({records::measurement(0, -4), records::measurement(-1, -4)}), 4);
  });
  const std::vector<idl::StoredMeasurement> stored = storage().load_measurements(1);
  ASSERT_THAT(sequences(stored), ElementsAre(1, 2, 3, 4));
  for (const idl::StoredMeasurement& one : stored) {
    EXPECT_EQ(one.measurement.metrics.at("loss"), static_cast<double>(one.measurement.sequence));
  }
}

TEST_P(StorageConformance, ShuffledBatchLosesNothing) {
  turn([&] {
    const idl::Attempt attempt = fresh(storage());
    EXPECT_EQ(
        storage().record_measurements(
            attempt,
            {records::measurement(3, 3), records::measurement(1, 1), records::measurement(2, 2)}),
        3);
  });
  EXPECT_THAT(sequences(storage().load_measurements(1)), ElementsAre(1, 2, 3));
}

TEST_P(StorageConformance, MeasurementWithoutMetricsIsAcknowledgedOnly) {
  turn([&] {
    idl::Measurement empty;
    empty.sequence = 1;
    EXPECT_EQ(storage().record_measurements(fresh(storage()), {empty}), 1);
  });
  EXPECT_THAT(storage().load_measurements(1), IsEmpty());
  EXPECT_EQ(storage().load_attempts(1).at(0).acknowledged_sequence, 1);
}

TEST_P(StorageConformance, AcknowledgedSequenceIsTheStores) {
  turn([&] {
    idl::Attempt attempt = fresh(storage());
    storage().record_measurements(attempt,
                                  {records::measurement(1, 1), records::measurement(2, 2)});
    EXPECT_EQ(storage().load_open_attempts().at(0).acknowledged_sequence, 2);
    attempt.state = idl::AttemptState::RUNNING;
    attempt.acknowledged_sequence = 1;
    EXPECT_TRUE(storage().update_attempt(attempt));
    EXPECT_EQ(storage().load_attempts(1).at(0).acknowledged_sequence, 2);
    attempt.acknowledged_sequence = 50;
    EXPECT_TRUE(storage().update_attempt(attempt));
    EXPECT_EQ(storage().load_attempts(1).at(0).acknowledged_sequence, 2);
  });
}

TEST_P(StorageConformance, EachAttemptCountsItsOwnMeasurements) {
  turn([&] {
    const idl::Session session = records::stored_session(storage());
    idl::Attempt first = records::stored_attempt(storage(), session, "one");
    storage().record_measurements(first, {records::measurement(1, 1), records::measurement(2, 2)});
    first.state = idl::AttemptState::LOST;
    storage().update_attempt(first);
    const idl::Attempt second = records::stored_attempt(storage(), session, "two");
    EXPECT_EQ(storage().record_measurements(second, {records::measurement(1, 3)}), 1);
    const idl::Session other = records::stored_session(storage(), "ada/digits/2");
    storage().record_measurements(records::stored_attempt(storage(), other, "three"),
                                  {records::measurement(1, 4)});
  });
  const std::vector<idl::StoredMeasurement> stored = storage().load_measurements(1);
  ASSERT_EQ(stored.size(), 3U);
  EXPECT_EQ(stored[0].attempt, 1);
  EXPECT_EQ(stored[1].attempt, 1);
  EXPECT_EQ(stored[2].attempt, 2);
  EXPECT_EQ(stored[2].measurement, records::measurement(1, 3));
}

TEST_P(StorageConformance, MeasurementsKeepExtremeNumbers) {
  idl::Measurement low = records::measurement(1, 1);
  low.step = std::numeric_limits<std::int64_t>::min();
  low.time_ms = std::numeric_limits<std::int64_t>::min();
  idl::Measurement high = records::measurement(std::numeric_limits<std::int64_t>::max(), 1);
  high.step = std::numeric_limits<std::int64_t>::max();
  high.time_ms = std::numeric_limits<std::int64_t>::max();
  turn([&] {
    EXPECT_EQ(storage().record_measurements(fresh(storage()), {low, high}), high.sequence);
  });
  const std::vector<idl::StoredMeasurement> stored = storage().load_measurements(1);
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored[0].measurement, low);
  EXPECT_EQ(stored[1].measurement, high);
}

}  // namespace automl::storage
