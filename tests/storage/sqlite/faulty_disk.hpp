// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace automl::storage {

// A disk in memory under SQLite (a VFS of its own), whose power can be cut and whose calls can
// fail.
//
// Writes are durable from the file's next sync on; that a file was made or removed, from the next
// sync of the directory on, which comes (as SQLite does it on a real disk) with the first sync of a
// new journal or log. A power cut makes every later call fail until `power_up`, which brings back
// what was durable; of the rest it keeps nothing, or with a seed some, writes in any order and each
// perhaps cut at a 512-byte sector, as a real disk may.
// It offers no shared memory, so a store that opens on it owns its database alone. One thread.
class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // Name to open connections with.
  const std::string& vfs() const { return name_; }

  // Calls of any kind, and syncs among them, since the last power-up.
  std::int64_t calls() const { return calls_; }
  std::int64_t syncs() const { return syncs_; }

  // Cuts the power at the sync with this number (from 1), before or after it took effect.
  void cut_power_at_sync(std::int64_t sync, bool after);
  void cut_power() { off_ = true; }
  void power_up(std::uint64_t keep_some_seed = 0);

  // The call with this number (from 1) fails once; a write with `write_code`.
  void fail_call(std::int64_t call, int write_code = SQLITE_IOERR_WRITE);
  // Every write fails with this code; SQLITE_OK: no more.
  void fail_writes(int code) { writes_code_ = code; }
  // What failed last, for messages.
  const std::string& failed() const { return failed_; }

 private:
  friend struct FaultyFile;
  struct Write {
    std::int64_t offset;
    std::string bytes;  // empty: truncated to `offset`
  };
  struct Content {
    std::string now;
    std::string durable;
    std::vector<Write> pending;
    bool exists = false;
    bool entry_durable = true;        // the name means durably what it means now
    bool syncs_directory = false;     // a new journal or log
    std::optional<std::string> last;  // what the name means while its entry is not durable
  };

  static void apply(std::string& bytes, const Write& write);
  // SQLITE_OK, or the code to return.
  int enter(const char* call, int code);
  int write(Content& content, Write write, const char* call);
  int sync(Content& content);
  void sync_directory();

  static int open(sqlite3_vfs*, const char*, sqlite3_file*, int, int*);
  static int remove(sqlite3_vfs*, const char*, int);
  static int access(sqlite3_vfs*, const char*, int, int*);
  static int full_name(sqlite3_vfs*, const char*, int, char*);

  std::string name_;
  sqlite3_vfs vfs_{};
  std::map<std::string, std::shared_ptr<Content>> files_;
  std::int64_t calls_ = 0;
  std::int64_t syncs_ = 0;
  std::int64_t cut_at_ = 0;
  bool cut_after_ = false;
  bool off_ = false;
  std::int64_t fail_at_ = 0;
  int fail_write_code_ = 0;
  int writes_code_ = SQLITE_OK;
  std::string failed_;
};

}  // namespace automl::storage
