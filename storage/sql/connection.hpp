// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace automl::storage {

// A prepared statement, bound by position from 1, read by column from 0. Every failure throws one
// of errors.hpp. Not thread safe.
class Statement {
 public:
  virtual ~Statement() = default;

  virtual Statement& bind(std::int64_t value) = 0;
  virtual Statement& bind(double value) = 0;
  // Bytes, also with NUL in them.
  virtual Statement& bind_text(std::string_view value) = 0;
  virtual Statement& bind_blob(std::string_view value) = 0;
  virtual Statement& bind_null() = 0;

  // Advances to the next row; false when there is none.
  virtual bool next() = 0;
  virtual std::int64_t integer(int column) = 0;
  virtual double real(int column) = 0;
  virtual std::string bytes(int column) = 0;
  virtual bool null(int column) = 0;

  // Runs to the end; returns how many rows were changed.
  std::int64_t run();

 protected:
  virtual std::int64_t changed_rows() = 0;
};

// One connection to a database. The same SQL is prepared once and kept.
class Connection {
 public:
  virtual ~Connection() = default;

  // Ready to be bound; valid until the next call with the same text.
  virtual Statement& prepare(std::string_view sql) = 0;
  // Several statements without parameters or results.
  virtual void execute(const std::string& sql) = 0;
  virtual std::int64_t last_insert_id() = 0;

  virtual void begin() = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
};

}  // namespace automl::storage
