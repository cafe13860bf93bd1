// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/sql/connection.hpp"

struct sqlite3;

namespace automl::storage {

class SqliteStatement;

// The one connection to an SQLite database: WAL, every commit synced, no waiting for locks (there
// is one writer). A file is created with mode 0600. Errors come out as errors.hpp says: full disk,
// I/O error and busy are Unavailable, constraints Conflict, a damaged or foreign file Corruption.
class SqliteConnection : public Connection {
 public:
  // `vfs`: name of a registered SQLite VFS for fault injection; empty: the default one.
  explicit SqliteConnection(const std::string& path, const std::string& vfs = "");
  ~SqliteConnection() override;

  Statement& prepare(std::string_view sql) override;
  void execute(const std::string& sql) override;
  std::int64_t last_insert_id() override;
  void begin() override;
  void commit() override;
  void rollback() noexcept override;
  bool in_transaction() override;

 private:
  void set_up(bool in_memory);
  std::int64_t pragma(const std::string& name);

  std::string path_;
  sqlite3* handle_ = nullptr;
  // Keys point at the text that each statement keeps.
  std::unordered_map<std::string_view, std::unique_ptr<SqliteStatement>> statements_;
};

}  // namespace automl::storage
