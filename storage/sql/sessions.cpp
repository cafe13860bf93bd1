// SPDX-License-Identifier: Apache-2.0
#include "storage/errors.hpp"
#include "storage/sql/record_codec.hpp"
#include "storage/sql/sql_storage.hpp"

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

idl::Session read_session(Statement& read) {
  idl::Session session;
  decode_record(read.bytes(1), session);
  session.id = read.integer(0);
  return session;
}

std::vector<idl::Session> read_sessions(Statement& read) {
  std::vector<idl::Session> sessions;
  while (read.next()) {
    sessions.push_back(read_session(read));
  }
  return sessions;
}

std::optional<idl::Session> read_one(Statement& read) {
  std::vector<idl::Session> found = read_sessions(read);
  if (found.empty()) {
    return std::nullopt;
  }
  return std::move(found.front());
}

std::vector<idl::Attempt> read_attempts(Statement& read) {
  std::vector<idl::Attempt> attempts;
  while (read.next()) {
    idl::Attempt& attempt = attempts.emplace_back();
    decode_record(read.bytes(0), attempt);
    attempt.acknowledged_sequence = read.integer(1);
  }
  return attempts;
}

}  // namespace

void SqlStorage::create_session(idl::Session& session) {
  connection_->prepare("INSERT INTO sessions (name, study_id, open, record) VALUES (?, ?, ?, ?)")
      .bind_text(session.name)
      .bind(session.study_id)
      .bind(open_flag(session))
      .bind_blob(encode_record(session))
      .run();
  session.id = connection_->last_insert_id();
}

std::int64_t SqlStorage::next_session_number(const std::string& owner, const std::string& dataset) {
  const std::int64_t changed =
      connection_
          ->prepare("UPDATE session_numbers SET last = last + 1 WHERE owner = ? AND dataset = ?")
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
  Statement& read =
      connection_->prepare("SELECT last FROM session_numbers WHERE owner = ? AND dataset = ?");
  read.bind_text(owner).bind_text(dataset).next();
  const std::int64_t number = read.integer(0);
  while (read.next()) {
  }
  return number;
}

bool SqlStorage::update_session(const idl::Session& session) {
  return connection_->prepare("UPDATE sessions SET open = ?, record = ? WHERE id = ? AND open = 1")
             .bind(open_flag(session))
             .bind_blob(encode_record(session))
             .bind(session.id)
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
  connection_
      ->prepare(
          "INSERT INTO attempts (session_id, number, token, open, acknowledged, record) "
          "VALUES (?, ?, ?, ?, ?, ?)")
      .bind(attempt.session_id)
      .bind(static_cast<std::int64_t>(attempt.number))
      .bind_text(attempt.token)
      .bind(open_flag(attempt))
      .bind(attempt.acknowledged_sequence)
      .bind_blob(encode_record(attempt))
      .run();
  if (!update_session(session)) {
    throw Conflict("session " + std::to_string(session.id) + " has ended");
  }
}

bool SqlStorage::update_attempt(const idl::Attempt& attempt) {
  return connection_
             ->prepare(
                 "UPDATE attempts SET open = ?, acknowledged = MAX(acknowledged, ?), "
                 "record = ? WHERE session_id = ? AND number = ? AND token = ? AND open = 1")
             .bind(open_flag(attempt))
             .bind(attempt.acknowledged_sequence)
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
