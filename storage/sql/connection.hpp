// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/sql/statement.hpp"

namespace automl::storage {

// One connection to a database: all that a driver has to supply. The same SQL is prepared once and
// kept. Not thread safe.
class Connection {
 public:
  virtual ~Connection() = default;

  // Ready to be bound; valid until the next call with the same text.
  virtual Statement& prepare(std::string_view sql) = 0;
  // Several statements without parameters or results.
  virtual void execute(const std::string& sql) = 0;
  virtual std::int64_t last_insert_id() = 0;

  virtual void begin() = 0;
  // When it throws, the transaction may or may not be durable.
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  // False also when a failed statement has ended the transaction by itself.
  virtual bool in_transaction() = 0;
};

}  // namespace automl::storage
