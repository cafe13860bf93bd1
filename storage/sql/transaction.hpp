// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/errors.hpp"
#include "storage/sql/connection.hpp"

namespace automl::storage {

// A transaction of the store's own, as a migration is; rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) { connection_.begin(); }
  ~Transaction() {
    if (!committed_) {
      connection_.rollback();
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    connection_.commit();
    committed_ = true;
  }

 private:
  Connection& connection_;
  bool committed_ = false;
};

// Makes several statements inside of a transaction one: a Conflict in `step` undoes what it did and
// leaves the transaction open. After any other failure the whole transaction has to go.
template <typename Step>
void all_or_nothing(Connection& connection, Step step) {
  connection.prepare("SAVEPOINT step").run();
  try {
    step();
  } catch (const Conflict&) {
    connection.prepare("ROLLBACK TO SAVEPOINT step").run();
    connection.prepare("RELEASE SAVEPOINT step").run();
    throw;
  }
  connection.prepare("RELEASE SAVEPOINT step").run();
}

}  // namespace automl::storage
