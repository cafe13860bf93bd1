// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "storage/errors.hpp"
#include "storage/sql/record_codec.hpp"
#include "storage/sql/sql_storage.hpp"
#include "storage/sql/transaction.hpp"

namespace automl::storage {

namespace {

std::int64_t open_flag(const idl::Session& session) {
  return session.state == idl::SessionState::COMPLETE ||
                 session.state == idl::SessionState::FAILED ||
                 session.state == idl::SessionState::STOPPED
             ? 0
             : 1;
}

std::int64_t open_flag(const idl::Attempt& attempt) {
  return attempt.state == idl::AttemptState::LAUNCHING ||
                 attempt.state == idl::AttemptState::RUNNING ||
                 attempt.state == idl::AttemptState::SUSPECT
             ? 1
             : 0;
}

std::vector<idl::Session> read_sessions(Statement& statement) {
  std::vector<idl::Session> sessions;
  Rows rows(statement);
  while (rows.next()) {
    idl::Session& session = sessions.emplace_back();
    decode_record(rows.bytes(1), session);
    session.id = rows.integer(0);
  }
  return sessions;
}

std::optional<idl::Session> read_one(Statement& statement) {
  std::vector<idl::Session> found = read_sessions(statement);
  if (found.empty()) {
    return std::nullopt;
  }
  return std::move(found.front());
}

std::vector<idl::Attempt> read_attempts(Statement& statement) {
  std::vector<idl::Attempt> attempts;
  Rows rows(statement);
  while (rows.next()) {
    idl::Attempt& attempt = attempts.emplace_back();
    decode_record(rows.bytes(0), attempt);
    attempt.acknowledged_sequence = rows.integer(1);
  }
  return attempts;
}

}  // namespace

void SqlStorage::create_session(idl::Session& session) {
  prepare_write("INSERT INTO sessions (name, study_id, state, open, record) VALUES (?, ?, ?, ?, ?)")
      .bind_text(session.name)
      .bind(session.study_id)
      .bind(static_cast<std::int64_t>(session.state))
      .bind(open_flag(session))
      .bind_blob(encode_record(session))
      .run();
  session.id = connection_->last_insert_id();
}

std::int64_t SqlStorage::next_session_number(const std::string& owner, const std::string& dataset) {
  const std::int64_t changed =
      prepare_write("UPDATE session_numbers SET last = last + 1 WHERE owner = ? AND dataset = ?")
          .bind_text(owner)
          .bind_text(dataset)
          .run();
  if (changed == 0) {
    connection_->prepare("INSERT INTO session_numbers (owner, dataset, last) VALUES (?, ?, 1)")
        .bind_text(owner)
        .bind_text(dataset)
        .run();
    return 1;
  }
  Rows rows(connection_->prepare("SELECT last FROM session_numbers WHERE owner = ? AND dataset = ?")
                .bind_text(owner)
                .bind_text(dataset));
  if (!rows.next()) {
    throw Corruption("the store has lost a session number");
  }
  return rows.integer(0);
}

bool SqlStorage::update_session(const idl::Session& session) {
  return prepare_write(
             "UPDATE sessions SET state = ?, open = ?, record = ? "
             "WHERE id = ? AND name = ? AND study_id = ? AND open = 1")
             .bind(static_cast<std::int64_t>(session.state))
             .bind(open_flag(session))
             .bind_blob(encode_record(session))
             .bind(session.id)
             .bind_text(session.name)
             .bind(session.study_id)
             .run() == 1;
}

std::optional<idl::Session> SqlStorage::find_session(const std::string& name) {
  return read_one(
      connection_->prepare("SELECT id, record FROM sessions WHERE name = ?").bind_text(name));
}

std::optional<idl::Session> SqlStorage::load_session(std::int64_t id) {
  return read_one(connection_->prepare("SELECT id, record FROM sessions WHERE id = ?").bind(id));
}

std::vector<idl::Session> SqlStorage::load_recent_sessions(std::int64_t study_id,
                                                           std::int64_t limit) {
  limit = std::max<std::int64_t>(limit, 0);  // databases differ in what a negative limit means
  if (study_id == 0) {
    return read_sessions(
        connection_->prepare("SELECT id, record FROM sessions ORDER BY id DESC LIMIT ?")
            .bind(limit));
  }
  return read_sessions(
      connection_
          ->prepare("SELECT id, record FROM sessions WHERE study_id = ? ORDER BY id DESC LIMIT ?")
          .bind(study_id)
          .bind(limit));
}

std::vector<idl::Session> SqlStorage::load_open_sessions() {
  return read_sessions(
      connection_->prepare("SELECT id, record FROM sessions WHERE open = 1 ORDER BY id"));
}

void SqlStorage::begin_attempt(const idl::Attempt& attempt, const idl::Session& session) {
  if (attempt.session_id != session.id) {
    throw std::logic_error("begin_attempt: the attempt belongs to another session");
  }
  require_turn();
  all_or_nothing(*connection_, [&] {
    if (!update_session(session)) {
      throw Conflict("session " + std::to_string(session.id) + " is not open in the store");
    }
    connection_
        ->prepare(
            "INSERT INTO attempts (session_id, number, token, state, open, acknowledged, record) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(attempt.session_id)
        .bind(static_cast<std::int64_t>(attempt.number))
        .bind_text(attempt.token)
        .bind(static_cast<std::int64_t>(attempt.state))
        .bind(open_flag(attempt))
        .bind(attempt.acknowledged_sequence)
        .bind_blob(encode_record(attempt))
        .run();
  });
}

bool SqlStorage::update_attempt(const idl::Attempt& attempt) {
  // `acknowledged` belongs to record_measurements: an older record must not move it back.
  return prepare_write(
             "UPDATE attempts SET state = ?, open = ?, record = ? "
             "WHERE session_id = ? AND number = ? AND token = ? AND open = 1")
             .bind(static_cast<std::int64_t>(attempt.state))
             .bind(open_flag(attempt))
             .bind_blob(encode_record(attempt))
             .bind(attempt.session_id)
             .bind(static_cast<std::int64_t>(attempt.number))
             .bind_text(attempt.token)
             .run() == 1;
}

std::vector<idl::Attempt> SqlStorage::load_attempts(std::int64_t session_id) {
  return read_attempts(
      connection_
          ->prepare("SELECT record, acknowledged FROM attempts WHERE session_id = ? "
                    "ORDER BY number")
          .bind(session_id));
}

std::vector<idl::Attempt> SqlStorage::load_open_attempts() {
  return read_attempts(connection_->prepare(
      "SELECT record, acknowledged FROM attempts WHERE open = 1 ORDER BY session_id"));
}

}  // namespace automl::storage
