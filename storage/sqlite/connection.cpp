// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/connection.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <sqlite3.h>

#include "storage/errors.hpp"

namespace automl::storage {

namespace {

// Marks our files in their header, so that another program's database is not taken for a store.
constexpr std::int64_t kApplicationId = 0x61'75'74'6d;  // "autm"

std::string describe(sqlite3* handle, int code, const std::string& path) {
  std::string what = path + ": ";
  if (handle == nullptr) {
    return what + sqlite3_errstr(code);
  }
  what += sqlite3_errmsg(handle);
  const int primary = code & 0xff;
  const int number = sqlite3_system_errno(handle);
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    what += " (is another engine using it?)";
  } else if (number != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN ||
                             primary == SQLITE_FULL || primary == SQLITE_READONLY)) {
    what += " (" + std::system_category().message(number) + ")";
  }
  return what;
}

[[noreturn]] void throw_error(sqlite3* handle, int code, const std::string& path) {
  const std::string what = describe(handle, code, path);
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

}  // namespace

class SqliteStatement : public Statement {
 public:
  SqliteStatement(sqlite3* handle, const std::string& path, std::string_view sql)
      : handle_(handle), path_(path), sql_(sql) {
    const int code = sqlite3_prepare_v3(handle,
                                        sql_.data(),
                                        static_cast<int>(sql_.size()),
                                        SQLITE_PREPARE_PERSISTENT,
                                        &statement_,
                                        nullptr);
    if (code == SQLITE_ERROR) {
      // Our own SQL does not fit the tables: they are not those that the migrations made.
      throw Corruption(describe(handle, code, path));
    }
    check(code);
  }
  ~SqliteStatement() override { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  const std::string& sql() const { return sql_; }
  void reset() noexcept override {
    if (std::exchange(stepped_, false)) {
      sqlite3_reset(statement_);
    }
    if (std::exchange(bound_, 0) > 0) {
      sqlite3_clear_bindings(statement_);
    }
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
    stepped_ = true;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
      return true;
    }
    stepped_ = false;
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

  std::int64_t changed_rows() override { return sqlite3_changes64(handle_); }

 private:
  void check(int code) {
    if (code != SQLITE_OK) {
      throw_error(handle_, code, path_);
    }
  }

  sqlite3* handle_;
  const std::string& path_;  // of the connection, which lives longer
  const std::string sql_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
  bool stepped_ = false;  // and not reset since
};

namespace {

// A new file is made here, so that nobody else can read it at any moment; one that was copied from
// elsewhere is closed to others. An existing file must not be opened and closed beside SQLite:
// closing it drops the locks this process holds on it.
void make_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) {
    ::close(file);
    return;
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
      (status.st_mode & (S_IRWXG | S_IRWXO)) != 0 &&
      ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
    throw Unavailable(path + ": others may read it, and its mode cannot be changed (" +
                      std::system_category().message(errno) + ")");
  }
}

// SQLite keeps count of its memory under one lock for all threads, and nobody asks for it.
void do_without_memory_statistics() {
  static const int result = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(result);  // refused when somebody has used SQLite before: no harm
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& path, const std::string& vfs) : path_(path) {
  do_without_memory_statistics();
  const bool in_memory = path == ":memory:" || path.rfind("file:", 0) == 0;
  if (!in_memory && vfs.empty()) {
    make_private(path);
  }
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle_, flags, vfs.empty() ? nullptr : vfs.c_str());
  try {
    if (code != SQLITE_OK) {
      throw_error(handle_, code, path_);
    }
    set_up(in_memory);
  } catch (const std::exception&) {
    statements_.clear();
    sqlite3_close_v2(handle_);
    throw;
  }
}

SqliteConnection::~SqliteConnection() {
  statements_.clear();
  sqlite3_close_v2(handle_);
}

void SqliteConnection::set_up(bool in_memory) {
  sqlite3_busy_timeout(handle_, 0);
  if (in_memory) {
    execute("PRAGMA page_size = 1024");  // a change copies its page for the rollback
  }
  // EXCLUSIVE before the first access: a second process is refused instead of sharing the file, and
  // the index of the log lies in our memory instead of a file of its own.
  execute(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
      "PRAGMA cell_size_check = ON; PRAGMA cache_size = -32768");
  const bool empty = pragma("schema_version") == 0;
  if (!empty && pragma("application_id") != kApplicationId) {
    throw Corruption(path_ + ": a database of another program");
  }
  execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  if (!in_memory) {
    Rows mode(prepare("PRAGMA journal_mode"));
    if (!mode.next() || mode.bytes(0) != "wal") {
      throw Unavailable(path_ + ": this file system allows no write-ahead log");
    }
  }
  if (empty) {
    execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  }
}

std::int64_t SqliteConnection::pragma(const std::string& name) {
  Rows rows(prepare("PRAGMA " + name));
  return rows.next() ? rows.integer(0) : 0;
}

Statement& SqliteConnection::prepare(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    auto statement = std::make_unique<SqliteStatement>(handle_, path_, sql);
    const std::string_view key = statement->sql();
    found = statements_.emplace(key, std::move(statement)).first;
  }
  found->second->reset();
  return *found->second;
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
    statement->reset();
  }
  if (in_transaction()) {
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

bool SqliteConnection::in_transaction() { return sqlite3_get_autocommit(handle_) == 0; }

}  // namespace automl::storage
