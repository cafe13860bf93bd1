// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace automl::storage {

// A prepared statement, bound by position from 1, read by column from 0. Every failure throws one
// of errors.hpp. Not thread safe.
class Statement {
 public:
  virtual ~Statement() = default;

  virtual Statement& bind(std::int64_t value) = 0;
  // Finite only.
  virtual Statement& bind(double value) = 0;
  // Bytes, also with NUL in them.
  virtual Statement& bind_text(std::string_view value) = 0;
  virtual Statement& bind_blob(std::string_view value) = 0;
  virtual Statement& bind_null() = 0;

  // Advances to the next row; false when there is none, and then the statement is reset.
  virtual bool next() = 0;
  virtual std::int64_t integer(int column) = 0;
  virtual double real(int column) = 0;
  virtual std::string bytes(int column) = 0;
  virtual bool null(int column) = 0;
  // Gives up the remaining rows. A statement left open would hold old pages of the database.
  virtual void reset() noexcept = 0;
  // Rows that the last INSERT, UPDATE or DELETE found, also where it wrote what was there already.
  virtual std::int64_t changed_rows() = 0;

  // Runs to the end; returns how many rows were changed.
  std::int64_t run();
};

// The rows of a bound statement; the statement is reset with it, also when reading throws.
class Rows {
 public:
  explicit Rows(Statement& statement) : statement_(statement) {}
  ~Rows() { statement_.reset(); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  bool next() { return statement_.next(); }
  std::int64_t integer(int column) { return statement_.integer(column); }
  double real(int column) { return statement_.real(column); }
  std::string bytes(int column) { return statement_.bytes(column); }
  bool null(int column) { return statement_.null(column); }

 private:
  Statement& statement_;
};

}  // namespace automl::storage
