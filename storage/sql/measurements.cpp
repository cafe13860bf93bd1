// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "storage/errors.hpp"
#include "storage/sql/sql_storage.hpp"

namespace automl::storage {

namespace {

enum Status : std::int64_t { kFinite = 0, kNotANumber = 1, kInfinity = 2, kMinusInfinity = 3 };

Status status_of(double value) {
  if (std::isfinite(value)) {
    return kFinite;
  }
  if (std::isnan(value)) {
    return kNotANumber;
  }
  return value > 0 ? kInfinity : kMinusInfinity;
}

double value_of(std::int64_t status, Statement& row, int column) {
  switch (status) {
    case kFinite:
      return row.real(column);
    case kInfinity:
      return std::numeric_limits<double>::infinity();
    case kMinusInfinity:
      return -std::numeric_limits<double>::infinity();
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
    if (std::isfinite(value)) {
      statement.bind(value);
    } else {
      statement.bind_null();
    }
    statement.run();
  }
}

}  // namespace

std::int64_t SqlStorage::record_measurements(const idl::Attempt& attempt,
                                             const std::vector<idl::Measurement>& batch) {
  Statement& read = connection_->prepare(
      "SELECT acknowledged FROM attempts WHERE session_id = ? AND number = ? AND token = ?");
  read.bind(attempt.session_id).bind(static_cast<std::int64_t>(attempt.number));
  if (!read.bind_text(attempt.token).next()) {
    throw Conflict("no such attempt");
  }
  const std::int64_t before = read.integer(0);
  while (read.next()) {
  }
  std::int64_t acknowledged = before;
  for (const idl::Measurement& measurement : batch) {
    if (measurement.sequence > acknowledged) {
      insert(*connection_, attempt, measurement);
      acknowledged = measurement.sequence;
    }
  }
  if (acknowledged > before) {
    connection_->prepare("UPDATE attempts SET acknowledged = ? WHERE session_id = ? AND number = ?")
        .bind(acknowledged)
        .bind(attempt.session_id)
        .bind(static_cast<std::int64_t>(attempt.number))
        .run();
  }
  return acknowledged;
}

std::vector<idl::StoredMeasurement> SqlStorage::load_measurements(std::int64_t session_id) {
  std::vector<idl::StoredMeasurement> measurements;
  Statement& read = connection_->prepare(
      "SELECT attempt, sequence, metric, step, time_ms, status, value FROM measurements "
      "WHERE session_id = ? ORDER BY attempt, sequence, metric");
  read.bind(session_id);
  while (read.next()) {
    const auto attempt = static_cast<std::int32_t>(read.integer(0));
    const std::int64_t sequence = read.integer(1);
    if (measurements.empty() || measurements.back().attempt != attempt ||
        measurements.back().measurement.sequence != sequence) {
      idl::StoredMeasurement& stored = measurements.emplace_back();
      stored.attempt = attempt;
      stored.measurement.sequence = sequence;
      stored.measurement.step = read.integer(3);
      stored.measurement.time_ms = read.integer(4);
    }
    measurements.back().measurement.metrics[read.bytes(2)] = value_of(read.integer(5), read, 6);
  }
  return measurements;
}

}  // namespace automl::storage
