// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "storage/errors.hpp"
#include "storage/sql/sql_storage.hpp"

namespace automl::storage {

namespace {

// What a column of doubles does not keep: SQLite makes minus zero an integer zero.
enum Status : std::int64_t {
  kPlain = 0,
  kNotANumber = 1,
  kInfinity = 2,
  kMinusInfinity = 3,
  kMinusZero = 4
};

Status status_of(double value) {
  if (std::isnan(value)) {
    return kNotANumber;
  }
  if (std::isinf(value)) {
    return value > 0 ? kInfinity : kMinusInfinity;
  }
  return value == 0 && std::signbit(value) ? kMinusZero : kPlain;
}

double value_of(std::int64_t status, Rows& row, int column) {
  switch (status) {
    case kPlain:
      return row.real(column);
    case kInfinity:
      return std::numeric_limits<double>::infinity();
    case kMinusInfinity:
      return -std::numeric_limits<double>::infinity();
    case kMinusZero:
      return -0.0;
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

void insert(Connection& connection,
            const idl::Attempt& attempt,
            const idl::Measurement& measurement) {
  for (const auto& [metric, value] : measurement.metrics) {
    Statement& statement = connection.prepare(
        "INSERT INTO measurements (session_id, attempt, sequence, metric, step, time_ms, status, "
        "value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(attempt.session_id)
        .bind(static_cast<std::int64_t>(attempt.number))
        .bind(measurement.sequence)
        .bind_text(metric)
        .bind(measurement.step)
        .bind(measurement.time_ms)
        .bind(static_cast<std::int64_t>(status_of(value)));
    if (status_of(value) == kPlain) {
      statement.bind(value);
    } else {
      statement.bind_null();
    }
    statement.run();
  }
}

std::int64_t acknowledged_by(Connection& connection, const idl::Attempt& attempt) {
  Rows rows(connection
                .prepare("SELECT acknowledged FROM attempts "
                         "WHERE session_id = ? AND number = ? AND token = ?")
                .bind(attempt.session_id)
                .bind(static_cast<std::int64_t>(attempt.number))
                .bind_text(attempt.token));
  if (!rows.next()) {
    throw Conflict("the store has no such attempt");
  }
  return rows.integer(0);
}

// What is not stored yet, by sequence, the first of each: nothing is lost to a shuffled batch.
std::vector<const idl::Measurement*> in_order(const std::vector<idl::Measurement>& batch,
                                              std::int64_t acknowledged) {
  std::vector<const idl::Measurement*> fresh;
  for (const idl::Measurement& measurement : batch) {
    if (measurement.sequence > acknowledged) {
      fresh.push_back(&measurement);
    }
  }
  std::stable_sort(fresh.begin(), fresh.end(), [](const auto* a, const auto* b) {
    return a->sequence < b->sequence;
  });
  const auto repeats = std::unique(fresh.begin(), fresh.end(), [](const auto* a, const auto* b) {
    return a->sequence == b->sequence;
  });
  fresh.erase(repeats, fresh.end());
  return fresh;
}

}  // namespace

std::int64_t SqlStorage::record_measurements(const idl::Attempt& attempt,
                                             const std::vector<idl::Measurement>& batch) {
  require_turn();
  const std::int64_t before = acknowledged_by(*connection_, attempt);
  const std::vector<const idl::Measurement*> fresh = in_order(batch, before);
  if (fresh.empty()) {
    return before;
  }
  for (const idl::Measurement* measurement : fresh) {
    insert(*connection_, attempt, *measurement);
  }
  const std::int64_t acknowledged = fresh.back()->sequence;
  connection_->prepare("UPDATE attempts SET acknowledged = ? WHERE session_id = ? AND number = ?")
      .bind(acknowledged)
      .bind(attempt.session_id)
      .bind(static_cast<std::int64_t>(attempt.number))
      .run();
  return acknowledged;
}

std::vector<idl::StoredMeasurement> SqlStorage::load_measurements(std::int64_t session_id) {
  std::vector<idl::StoredMeasurement> measurements;
  Rows rows(connection_
                ->prepare("SELECT attempt, sequence, metric, step, time_ms, status, value "
                          "FROM measurements WHERE session_id = ? "
                          "ORDER BY attempt, sequence, metric")
                .bind(session_id));
  while (rows.next()) {
    const auto attempt = static_cast<std::int32_t>(rows.integer(0));
    const std::int64_t sequence = rows.integer(1);
    if (measurements.empty() || measurements.back().attempt != attempt ||
        measurements.back().measurement.sequence != sequence) {
      idl::StoredMeasurement& stored = measurements.emplace_back();
      stored.attempt = attempt;
      stored.measurement.sequence = sequence;
      stored.measurement.step = rows.integer(3);
      stored.measurement.time_ms = rows.integer(4);
    }
    measurements.back().measurement.metrics[rows.bytes(2)] = value_of(rows.integer(5), rows, 6);
  }
  return measurements;
}

}  // namespace automl::storage
