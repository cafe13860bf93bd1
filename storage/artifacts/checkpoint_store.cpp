// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/checkpoint_store.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "storage/artifacts/descriptor.hpp"
#include "storage/artifacts/digest.hpp"
#include "storage/artifacts/store_lock.hpp"
#include "storage/errors.hpp"

namespace automl::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPrefix = 2;
constexpr std::int64_t kLargestManifest = std::int64_t{1} << 30;

std::optional<std::string> read_whole(const std::string& path) {
  const Descriptor file = open_at(AT_FDCWD, path, O_RDONLY);
  if (!file.open() && errno == ENOENT) {
    return std::nullopt;
  }
  struct stat status {};
  require(file.open() ? ::fstat(file.number(), &status) : -1, path);
  std::string text(static_cast<std::size_t>(std::min(status.st_size, kLargestManifest)), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(file.number(), text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    require(static_cast<int>(std::min<ssize_t>(got, 1)), path);
    if (got == 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  text.resize(done);
  return text;
}

}  // namespace

CheckpointStore::CheckpointStore(std::string directory, CheckpointOptions options)
    : directory_(std::move(directory)), options_(options) {
  try {
    for (const char* folder : {"/objects", "/manifests", "/incoming"}) {
      fs::create_directories(directory_ + folder);
    }
    fs::permissions(directory_, fs::perms::owner_all);
  } catch (const fs::filesystem_error& error) {
    throw Unavailable(error.what());
  }
}

CheckpointStore::~CheckpointStore() = default;

CheckpointStore::Facts CheckpointStore::facts_of(const struct stat& status) {
  return {status.st_dev,
          status.st_ino,
          status.st_size,
          status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec,
          status.st_ctim.tv_nsec};
}

StoreLock CheckpointStore::lock() const { return StoreLock::shared(directory_ + "/lock"); }

std::string CheckpointStore::object_path(const std::string& digest) const {
  return directory_ + "/objects/" + digest.substr(0, kPrefix) + "/" + digest.substr(kPrefix);
}

std::string CheckpointStore::manifest_path(const std::string& digest) const {
  return directory_ + "/manifests/" + digest;
}

// By its size as well: what a failing disk has cut off is written again.
bool CheckpointStore::has_object(const std::string& digest, std::int64_t bytes) const {
  struct stat status {};
  return ::lstat(object_path(digest).c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         status.st_size == bytes;
}

std::optional<Manifest> CheckpointStore::manifest(const std::string& digest) const {
  if (!is_digest(digest)) {
    return std::nullopt;
  }
  const std::optional<std::string> text = read_whole(manifest_path(digest));
  return text && digest_of(*text) == digest ? parse_manifest(*text) : std::nullopt;
}

void CheckpointStore::set_aside(const std::set<std::string>& manifests,
                                const std::set<std::string>& objects) const {
  const std::string swept = directory_ + "/swept/";
  std::int64_t number = 0;
  const auto away = [&](const fs::directory_entry& entry, const char* kind) {
    fs::rename(entry.path(), swept + kind + std::to_string(++number));
  };
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_ + "/manifests")) {
    if (manifests.count(entry.path().filename().string()) == 0) {
      away(entry, "manifest");
    }
  }
  for (const fs::directory_entry& folder : fs::directory_iterator(directory_ + "/objects")) {
    const std::string prefix = folder.path().filename().string();
    for (const fs::directory_entry& entry : fs::directory_iterator(folder.path())) {
      if (objects.count(prefix + entry.path().filename().string()) == 0) {
        away(entry, "object");
      }
    }
  }
  // Nobody is saving: whoever left this has died.
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_ + "/incoming")) {
    away(entry, "incoming");
  }
}

Sweep CheckpointStore::sweep(const std::function<std::vector<std::string>()>& wanted,
                             std::chrono::milliseconds patience) {
  Sweep sweep;
  const std::string swept = directory_ + "/swept";
  try {
    fs::remove_all(swept);  // left by one that was killed
    fs::create_directories(swept);
    auto alone = StoreLock::alone(directory_ + "/lock", patience);
    if (!alone) {
      return sweep;
    }
    std::set<std::string> manifests;
    std::set<std::string> objects;
    for (const std::string& digest : wanted()) {
      manifests.insert(digest);
      for (const ManifestEntry& entry : manifest(digest).value_or(Manifest())) {
        objects.insert(entry.digest);
      }
    }
    set_aside(manifests, objects);
    alone.reset();
    // To remove them can take much longer: nobody has to wait for that.
    for (const fs::directory_entry& entry : fs::directory_iterator(swept)) {
      std::error_code none;
      const std::uintmax_t bytes = entry.file_size(none);
      fs::remove_all(entry.path());
      ++sweep.removed;
      sweep.freed_bytes += none ? 0 : static_cast<std::int64_t>(bytes);
    }
  } catch (const fs::filesystem_error& error) {
    throw Unavailable(error.what());
  }
  sweep.done = true;
  return sweep;
}

}  // namespace automl::storage
