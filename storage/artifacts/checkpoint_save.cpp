// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <set>
#include <stdlib.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "storage/artifacts/artifact_store.hpp"
#include "storage/artifacts/checkpoint_store.hpp"
#include "storage/artifacts/descriptor.hpp"
#include "storage/artifacts/digest.hpp"
#include "storage/artifacts/file_copy.hpp"
#include "storage/artifacts/folder_walk.hpp"
#include "storage/artifacts/store_lock.hpp"
#include "storage/errors.hpp"

namespace automl::storage {

namespace {

// Beyond so many new files or folders the whole file system is synced once instead of each of them.
constexpr std::size_t kSyncedOneByOne = 64;
constexpr std::size_t kMostNamed = 20;
constexpr std::size_t kLongestTarget = 4096;
// Two changes within one tick of the kernel's clock leave the same time.
constexpr std::int64_t kTickNs = 20'000'000;

std::string counted(std::int64_t number, const char* what) {
  return std::to_string(number) + " " + what;
}

void write_whole(const Descriptor& file, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.number(), bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      throw_errno(name, errno);
    }
  }
}

}  // namespace

// One snapshot being made. What it has written and not given its place is removed with it.
class CheckpointStore::Saving {
 public:
  Saving(CheckpointStore& store, const std::string& folder) : store_(store), folder_(folder) {
    folder_name_ = store.directory_ + "/incoming/XXXXXX";
    require(::mkdtemp(folder_name_.data()) == nullptr ? -1 : 0, store.directory_ + "/incoming");
    incoming_ = open_at(AT_FDCWD, folder_name_, O_RDONLY | O_DIRECTORY);
    require(incoming_.number(), folder_name_);
  }
  ~Saving() {
    for (const Fresh& one : fresh_) {
      ::unlinkat(incoming_.number(), one.name.c_str(), 0);
    }
    ::unlinkat(incoming_.number(), "copy", 0);
    ::unlinkat(incoming_.number(), "manifest", 0);
    ::rmdir(folder_name_.c_str());
  }
  Saving(const Saving&) = delete;
  Saving& operator=(const Saving&) = delete;

  Snapshot run() {
    // Before anything is copied: too much is found out cheaply.
    const FolderState state = look_at_folder(folder_);
    check_limits(state);
    let_tick_pass(state.changed_ns);
    walk_folder(folder_, [this](const FolderItem& item) { take(item); });
    place_objects();
    place_manifest();
    store_.known_ = std::move(known_);
    return std::move(snapshot_);
  }

 private:
  struct Fresh {
    std::string name;  // in incoming
    std::string digest;
    std::int64_t bytes = 0;
  };

  void check_limits(const FolderState& state) const {
    const CheckpointOptions& options = store_.options_;
    if (state.files > options.most_files) {
      throw InvalidArtifact(counted(state.files, "files, a checkpoint has at most ") +
                            std::to_string(options.most_files));
    }
    if (state.bytes > options.most_bytes) {
      throw InvalidArtifact(counted(state.bytes, "bytes, a checkpoint has at most ") +
                            std::to_string(options.most_bytes));
    }
  }

  // So that a later change of what is read now shows in its times.
  static void let_tick_pass(std::int64_t changed_ns) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const std::int64_t age_ns = now.tv_sec * 1'000'000'000 + now.tv_nsec - changed_ns;
    if (age_ns < kTickNs) {
      const timespec wait{0, std::min(kTickNs, kTickNs - age_ns)};
      ::nanosleep(&wait, nullptr);
    }
  }

  void take(const FolderItem& item) {
    ManifestEntry entry;
    entry.path = item.path;
    entry.mode = item.status.st_mode & 0777;
    if (S_ISDIR(item.status.st_mode)) {
      entry.kind = ManifestEntry::Kind::kFolder;
    } else if (S_ISREG(item.status.st_mode)) {
      if (!take_file(item, entry)) {
        return;
      }
    } else if (!S_ISLNK(item.status.st_mode) || !take_link(item, entry)) {
      if (snapshot_.left_out.size() < kMostNamed) {
        snapshot_.left_out.push_back(item.path);
      }
      return;
    }
    ++snapshot_.files;
    snapshot_.bytes += entry.bytes;
    manifest_.push_back(std::move(entry));
    check_limits({"", snapshot_.files, snapshot_.bytes});
  }

  static bool take_link(const FolderItem& item, ManifestEntry& entry) {
    std::string target(kLongestTarget, '\0');
    const ssize_t size = ::readlinkat(item.folder, item.name.c_str(), target.data(), target.size());
    target.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    entry.kind = ManifestEntry::Kind::kLink;
    entry.target = target;
    return target.size() < kLongestTarget && stays_inside(item.path, target);
  }

  // False when it has vanished, or something else has taken its place.
  bool take_file(const FolderItem& item, ManifestEntry& entry) {
    const Descriptor file = open_at(item.folder, item.name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file.open()) {
      if (errno == ENOENT || errno == ELOOP || errno == ENXIO) {
        return false;
      }
      throw InvalidArtifact("cannot read " + item.path + ": " +
                            std::generic_category().message(errno));
    }
    struct stat before {};
    require(::fstat(file.number(), &before), item.path);
    if (!S_ISREG(before.st_mode)) {
      return false;
    }
    const auto known = store_.known_.find(facts_of(before));
    if (known != store_.known_.end() && store_.has_object(known->second, before.st_size)) {
      entry.digest = known->second;
      entry.bytes = before.st_size;
      known_.insert(*known);
      return true;
    }
    timespec began{};
    ::clock_gettime(CLOCK_REALTIME, &began);
    copy(file, before.st_size, item.path, entry);
    struct stat after {};
    require(::fstat(file.number(), &after), item.path);
    const std::int64_t age_ns = (began.tv_sec - after.st_ctim.tv_sec) * 1'000'000'000 +
                                began.tv_nsec - after.st_ctim.tv_nsec;
    if (facts_of(before) == facts_of(after) && age_ns >= kTickNs / 2) {
      known_.emplace(facts_of(after), entry.digest);
    }
    return true;
  }

  void copy(const Descriptor& file,
            std::int64_t bytes,
            const std::string& path,
            ManifestEntry& entry) {
    const Descriptor copy = open_at(incoming_.number(), "copy", O_RDWR | O_CREAT | O_EXCL, 0444);
    require(copy.number(), folder_name_);
    const CopiedFile copied = copy_file(file.number(), copy.number(), bytes, path);
    entry.digest = copied.digest;
    entry.bytes = copied.bytes;
    touched_.insert(copied.digest.substr(0, 2));
    if (placed_.count(copied.digest) != 0 || store_.has_object(copied.digest, copied.bytes)) {
      require(::unlinkat(incoming_.number(), "copy", 0), folder_name_);
      return;
    }
    const std::string name = std::to_string(fresh_.size());
    require(::renameat(incoming_.number(), "copy", incoming_.number(), name.c_str()), folder_name_);
    placed_.insert(copied.digest);
    fresh_.push_back({name, copied.digest, copied.bytes});
    snapshot_.new_bytes += copied.cloned ? 0 : copied.bytes;
  }

  void place_objects() {
    if (fresh_.size() > kSyncedOneByOne) {
      require(::syncfs(incoming_.number()), folder_name_);
    } else {
      for (const Fresh& one : fresh_) {
        sync_or_throw(open_at(incoming_.number(), one.name, O_RDONLY), one.name);
      }
    }
    const std::string objects = store_.directory_ + "/objects";
    for (const std::string& prefix : touched_) {
      if (::mkdir((objects + "/" + prefix).c_str(), 0700) != 0 && errno != EEXIST) {
        throw_errno(objects, errno);
      }
    }
    for (const Fresh& one : fresh_) {
      require(::renameat(incoming_.number(),
                         one.name.c_str(),
                         AT_FDCWD,
                         store_.object_path(one.digest).c_str()),
              objects);
    }
    fresh_.clear();
    // Also those that were there: whoever put them there may not have come so far.
    if (touched_.size() > kSyncedOneByOne) {
      return require(::syncfs(incoming_.number()), objects);
    }
    for (const std::string& prefix : touched_) {
      sync_or_throw(open_at(AT_FDCWD, objects + "/" + prefix, O_RDONLY | O_DIRECTORY), objects);
    }
    sync_or_throw(open_at(AT_FDCWD, objects, O_RDONLY | O_DIRECTORY), objects);
  }

  void place_manifest() {
    const std::string text = format_manifest(std::move(manifest_));
    snapshot_.digest = digest_of(text);
    const std::string folder = store_.directory_ + "/manifests";
    if (!store_.manifest(snapshot_.digest)) {
      const Descriptor file = open_at(incoming_.number(), "manifest", O_WRONLY | O_CREAT, 0400);
      require(file.number(), folder_name_);
      write_whole(file, text, folder_name_);
      sync_or_throw(file, folder_name_);
      require(::renameat(incoming_.number(),
                         "manifest",
                         AT_FDCWD,
                         store_.manifest_path(snapshot_.digest).c_str()),
              folder);
    }
    sync_or_throw(open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY), folder);
  }

  CheckpointStore& store_;
  const std::string& folder_;
  std::string folder_name_;  // of what is incoming
  Descriptor incoming_;
  std::vector<Fresh> fresh_;
  std::set<std::string> placed_;   // digests of what is fresh
  std::set<std::string> touched_;  // folders of objects
  std::map<Facts, std::string> known_;
  Manifest manifest_;
  Snapshot snapshot_;
};

Snapshot CheckpointStore::save(const std::string& folder,
                               const std::function<void(const Snapshot&)>& keep) {
  const StoreLock lock = this->lock();
  Snapshot snapshot = Saving(*this, folder).run();
  keep(snapshot);
  return snapshot;
}

}  // namespace automl::storage
