// SPDX-License-Identifier: Apache-2.0
#include "tests/storage/sqlite/faulty_disk.hpp"

#include <algorithm>
#include <cstring>

namespace automl::storage {

// What SQLite holds of an open file; its memory is SQLite's.
struct FaultyFile : sqlite3_file {
  FaultyDisk* disk;
  std::shared_ptr<FaultyDisk::Content>* content;

  static FaultyFile& of(sqlite3_file* file) { return *static_cast<FaultyFile*>(file); }
  static FaultyDisk::Content& bytes(sqlite3_file* file) { return **of(file).content; }

  static int close(sqlite3_file* file) {
    delete of(file).content;
    return SQLITE_OK;
  }
  static int read(sqlite3_file* file, void* to, int amount, sqlite3_int64 offset) {
    if (const int code = of(file).disk->enter("read", SQLITE_IOERR_READ); code != SQLITE_OK) {
      return code;
    }
    const std::string& now = bytes(file).now;
    const auto size = static_cast<sqlite3_int64>(now.size());
    const auto there = std::clamp<sqlite3_int64>(size - offset, 0, amount);
    std::memset(to, 0, static_cast<std::size_t>(amount));
    if (there > 0) {
      std::memcpy(to, now.data() + offset, static_cast<std::size_t>(there));
    }
    return there == amount ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
    return of(file).disk->write(
        bytes(file),
        {offset, std::string(static_cast<const char*>(from), static_cast<std::size_t>(amount))},
        "write");
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    return of(file).disk->write(bytes(file), {size, {}}, "truncate");
  }
  static int sync(sqlite3_file* file, int) { return of(file).disk->sync(bytes(file)); }
  static int size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(bytes(file).now.size());
    return of(file).disk->enter("size", SQLITE_IOERR_FSTAT);
  }
  static int lock(sqlite3_file* file, int) {
    return of(file).disk->enter("lock", SQLITE_IOERR_LOCK);
  }
  static int unlock(sqlite3_file*, int) { return SQLITE_OK; }
  static int reserved(sqlite3_file*, int* held) {
    *held = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector(sqlite3_file*) { return 512; }
  static int traits(sqlite3_file*) { return 0; }
};

FaultyDisk::FaultyDisk() {
  static int count = 0;
  name_ = "faulty" + std::to_string(++count);
  vfs_ = *sqlite3_vfs_find(nullptr);  // clock and randomness stay those of the system
  vfs_.iVersion = 1;
  vfs_.pNext = nullptr;
  vfs_.szOsFile = sizeof(FaultyFile);
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  vfs_.xDelete = remove;
  vfs_.xAccess = access;
  vfs_.xFullPathname = full_name;
  sqlite3_vfs_register(&vfs_, 0);
}

FaultyDisk::~FaultyDisk() { sqlite3_vfs_unregister(&vfs_); }

void FaultyDisk::cut_power_at_sync(std::int64_t sync, bool after) {
  cut_at_ = sync;
  cut_after_ = after;
}

void FaultyDisk::fail_call(std::int64_t call, int write_code) {
  fail_at_ = call;
  fail_write_code_ = write_code;
}

void FaultyDisk::power_up(std::uint64_t keep_some_seed) {
  std::mt19937_64 random(keep_some_seed);
  for (auto& [name, content] : files_) {
    if (!content->entry_durable && (keep_some_seed == 0 || random() % 2 == 0)) {
      content->exists = content->last.has_value();
      content->durable = content->last.value_or("");
      content->pending.clear();
    }
    std::shuffle(content->pending.begin(), content->pending.end(), random);
    for (Write& write : content->pending) {
      if (keep_some_seed == 0 || random() % 2 == 0) {
        continue;
      }
      if (random() % 4 == 0 && !write.bytes.empty()) {
        write.bytes.resize(std::max<std::size_t>(1, random() % write.bytes.size() / 512 * 512));
      }
      apply(content->durable, write);
    }
    content->now = content->durable;
    content->pending.clear();
  }
  sync_directory();
  calls_ = syncs_ = cut_at_ = fail_at_ = 0;
  off_ = false;
}

void FaultyDisk::apply(std::string& bytes, const Write& write) {
  const auto offset = static_cast<std::size_t>(write.offset);
  if (write.bytes.empty()) {
    bytes.resize(offset);
    return;
  }
  bytes.resize(std::max(bytes.size(), offset + write.bytes.size()));
  bytes.replace(offset, write.bytes.size(), write.bytes);
}

int FaultyDisk::enter(const char* call, int code) {
  if (off_) {
    return code;
  }
  if (++calls_ == fail_at_) {
    failed_ = call;
    return code;
  }
  return SQLITE_OK;
}

int FaultyDisk::write(Content& content, Write write, const char* call) {
  const int failure = fail_write_code_ != 0 ? fail_write_code_ : SQLITE_IOERR_WRITE;
  if (const int code = enter(call, failure); code != SQLITE_OK) {
    return code;
  }
  if (writes_code_ != SQLITE_OK) {
    return writes_code_;
  }
  apply(content.now, write);
  content.pending.push_back(std::move(write));
  return SQLITE_OK;
}

int FaultyDisk::sync(Content& content) {
  if (const int code = enter("sync", SQLITE_IOERR_FSYNC); code != SQLITE_OK) {
    return code;
  }
  const bool cut = ++syncs_ == cut_at_;
  if (!cut || cut_after_) {
    content.durable = content.now;
    content.pending.clear();
    if (content.syncs_directory) {
      content.syncs_directory = false;
      sync_directory();
    }
  }
  off_ = cut;
  return cut ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

void FaultyDisk::sync_directory() {
  for (auto& [name, content] : files_) {
    content->entry_durable = true;
    content->last.reset();
  }
}

int FaultyDisk::open(
    sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto& disk = *static_cast<FaultyDisk*>(vfs->pAppData);
  file->pMethods = nullptr;
  if (const int code = disk.enter("open", SQLITE_CANTOPEN); code != SQLITE_OK) {
    return code;
  }
  std::shared_ptr<Content>& content = disk.files_[name == nullptr ? "" : name];
  if (!content) {
    content = std::make_shared<Content>();
  }
  if (!content->exists && (flags & SQLITE_OPEN_CREATE) == 0) {
    return SQLITE_CANTOPEN;
  }
  if (!content->exists) {
    content->exists = true;
    content->entry_durable = false;
    content->syncs_directory = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
  }
  static const sqlite3_io_methods kMethods = {
      1,
      FaultyFile::close,
      FaultyFile::read,
      FaultyFile::write,
      FaultyFile::truncate,
      FaultyFile::sync,
      FaultyFile::size,
      FaultyFile::lock,
      FaultyFile::unlock,
      FaultyFile::reserved,
      FaultyFile::control,
      FaultyFile::sector,
      FaultyFile::traits,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
  };
  FaultyFile& opened = FaultyFile::of(file);
  opened.disk = &disk;
  opened.content = new std::shared_ptr<Content>(content);
  opened.pMethods = &kMethods;
  if (out_flags != nullptr) {
    *out_flags = flags;
  }
  return SQLITE_OK;
}

int FaultyDisk::remove(sqlite3_vfs* vfs, const char* name, int sync_now) {
  auto& disk = *static_cast<FaultyDisk*>(vfs->pAppData);
  if (const int code = disk.enter("delete", SQLITE_IOERR_DELETE); code != SQLITE_OK) {
    return code;
  }
  const auto found = disk.files_.find(name);
  if (found == disk.files_.end() || !found->second->exists) {
    return SQLITE_IOERR_DELETE_NOENT;
  }
  Content& content = *found->second;
  if (content.entry_durable) {
    content.last = content.durable;
  }
  content.exists = false;
  content.entry_durable = false;
  content.now.clear();
  content.durable.clear();
  content.pending.clear();
  if (sync_now != 0) {
    disk.sync_directory();
  }
  return SQLITE_OK;
}

int FaultyDisk::access(sqlite3_vfs* vfs, const char* name, int, int* result) {
  auto& disk = *static_cast<FaultyDisk*>(vfs->pAppData);
  const auto found = disk.files_.find(name);
  *result = found != disk.files_.end() && found->second->exists &&
            !found->second->now.empty();  // as unix: an empty file is no journal
  return disk.enter("access", SQLITE_IOERR_ACCESS);
}

int FaultyDisk::full_name(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

}  // namespace automl::storage
