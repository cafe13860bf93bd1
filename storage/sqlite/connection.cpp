// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/connection.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "storage/errors.hpp"

namespace automl::storage {

namespace {

[[noreturn]] void throw_error(sqlite3* handle, int code, const std::string& path) {
  const std::string what =
      path + ": " + (handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      throw Conflict(what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
      throw Corruption(what);
    default:
      throw Unavailable(what);
  }
}

class SqliteStatement : public Statement {
 public:
  SqliteStatement(sqlite3* handle, const std::string& path, std::string_view sql)
      : handle_(handle), path_(path) {
    check(sqlite3_prepare_v3(handle,
                             sql.data(),
                             static_cast<int>(sql.size()),
                             SQLITE_PREPARE_PERSISTENT,
                             &statement_,
                             nullptr));
  }
  ~SqliteStatement() override { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  void restart() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    bound_ = 0;
  }

  Statement& bind(std::int64_t value) override {
    check(sqlite3_bind_int64(statement_, ++bound_, value));
    return *this;
  }
  Statement& bind(double value) override {
    check(sqlite3_bind_double(statement_, ++bound_, value));
    return *this;
  }
  Statement& bind_text(std::string_view value) override {
    check(sqlite3_bind_text64(
        statement_, ++bound_, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
  }
  Statement& bind_blob(std::string_view value) override {
    check(sqlite3_bind_blob64(statement_, ++bound_, value.data(), value.size(), SQLITE_TRANSIENT));
    return *this;
  }
  Statement& bind_null() override {
    check(sqlite3_bind_null(statement_, ++bound_));
    return *this;
  }

  bool next() override {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
      return true;
    }
    // Reset at once: an open statement would keep the transaction from ending.
    const int result = sqlite3_reset(statement_);
    if (code != SQLITE_DONE) {
      throw_error(handle_, result == SQLITE_OK ? code : result, path_);
    }
    return false;
  }
  std::int64_t integer(int column) override { return sqlite3_column_int64(statement_, column); }
  double real(int column) override { return sqlite3_column_double(statement_, column); }
  std::string bytes(int column) override {
    const void* data = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
  }
  bool null(int column) override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 protected:
  std::int64_t changed_rows() override { return sqlite3_changes64(handle_); }

 private:
  void check(int code) {
    if (code != SQLITE_OK) {
      throw_error(handle_, code, path_);
    }
  }

  sqlite3* handle_;
  const std::string& path_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

// The file is made here, so that nobody else can read it at any moment.
void create_private(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) {
    close(file);
  }
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& path, const std::string& vfs) : path_(path) {
  const bool in_memory = path == ":memory:" || path.rfind("file:", 0) == 0;
  if (!in_memory && vfs.empty()) {
    create_private(path);
  }
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle_, flags, vfs.empty() ? nullptr : vfs.c_str());
  try {
    if (code != SQLITE_OK) {
      throw_error(handle_, code, path_);
    }
    sqlite3_busy_timeout(handle_, 0);
    // EXCLUSIVE: a second process is refused instead of sharing the file.
    execute(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768");
  } catch (const std::exception&) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

SqliteConnection::~SqliteConnection() {
  statements_.clear();
  sqlite3_close_v2(handle_);
}

Statement& SqliteConnection::prepare(std::string_view sql) {
  // Keys point at the SQL text, which is a literal in the program.
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    found = statements_.emplace(sql, std::make_unique<SqliteStatement>(handle_, path_, sql)).first;
  }
  auto& statement = static_cast<SqliteStatement&>(*found->second);
  statement.restart();
  return statement;
}

void SqliteConnection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    throw_error(handle_, code, path_);
  }
}

std::int64_t SqliteConnection::last_insert_id() { return sqlite3_last_insert_rowid(handle_); }

void SqliteConnection::begin() { prepare("BEGIN IMMEDIATE").run(); }

void SqliteConnection::commit() { prepare("COMMIT").run(); }

void SqliteConnection::rollback() noexcept {
  for (auto& [sql, statement] : statements_) {
    static_cast<SqliteStatement&>(*statement).restart();
  }
  if (sqlite3_get_autocommit(handle_) == 0) {
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace automl::storage
