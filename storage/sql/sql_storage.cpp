// SPDX-License-Identifier: Apache-2.0
#include "storage/sql/sql_storage.hpp"

#include "storage/errors.hpp"
#include "storage/sql/transaction.hpp"

namespace automl::storage {

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
  Statement& read = connection_->prepare("SELECT epoch FROM engine WHERE one = 1");
  if (!read.next()) {
    throw Corruption("the store has lost its epoch");
  }
  const std::int64_t epoch = read.integer(0);
  while (read.next()) {
  }
  transaction.commit();
  epoch_ = epoch;
  return epoch;
}

void SqlStorage::begin() {
  connection_->begin();
  Statement& read = connection_->prepare("SELECT epoch FROM engine WHERE one = 1");
  const bool current = read.next() && read.integer(0) == epoch_;
  while (current && read.next()) {
  }
  if (!current) {
    connection_->rollback();
    throw Superseded("another engine has taken over this store");
  }
}

void SqlStorage::commit() { connection_->commit(); }

void SqlStorage::rollback() noexcept { connection_->rollback(); }

}  // namespace automl::storage
