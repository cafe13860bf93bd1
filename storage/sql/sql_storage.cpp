// SPDX-License-Identifier: Apache-2.0
#include "storage/sql/sql_storage.hpp"

#include <stdexcept>

#include "storage/errors.hpp"
#include "storage/sql/transaction.hpp"

namespace automl::storage {

namespace {

std::int64_t read_epoch(Connection& connection) {
  Rows rows(connection.prepare("SELECT epoch FROM engine WHERE one = 1"));
  if (!rows.next()) {
    throw Corruption("the store has lost its epoch");
  }
  return rows.integer(0);
}

}  // namespace

std::int64_t Statement::run() {
  while (next()) {
  }
  return changed_rows();
}

SqlStorage::SqlStorage(std::shared_ptr<Connection> connection)
    : connection_(std::move(connection)) {
  migrate(*connection_);
}

std::int64_t SqlStorage::claim_epoch() {
  Transaction transaction(*connection_);
  connection_->prepare("UPDATE engine SET epoch = epoch + 1 WHERE one = 1").run();
  const std::int64_t epoch = read_epoch(*connection_);
  transaction.commit();
  epoch_ = epoch;
  return epoch;
}

void SqlStorage::begin() {
  if (in_turn_) {
    throw std::logic_error("begin: the last turn has neither been committed nor rolled back");
  }
  connection_->begin();
  in_turn_ = true;
  if (read_epoch(*connection_) != epoch_ || epoch_ == 0) {
    rollback();
    throw Superseded("another engine has taken over this store");
  }
}

void SqlStorage::commit() {
  require_turn();
  connection_->commit();
  in_turn_ = false;
}

void SqlStorage::rollback() noexcept {
  connection_->rollback();
  in_turn_ = false;
}

Statement& SqlStorage::prepare_write(std::string_view sql) {
  require_turn();
  return connection_->prepare(sql);
}

void SqlStorage::require_turn() {
  if (!in_turn_) {
    throw std::logic_error("a change of the store outside of a turn");
  }
  if (!connection_->in_transaction()) {
    throw Unavailable("an earlier failure has ended this turn");
  }
}

}  // namespace automl::storage
