// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include "storage/artifacts/checkpoint_store.hpp"
#include "storage/artifacts/descriptor.hpp"
#include "storage/artifacts/file_copy.hpp"
#include "storage/artifacts/store_lock.hpp"
#include "storage/errors.hpp"

namespace automl::storage {

namespace fs = std::filesystem;

namespace {

constexpr unsigned kReadOnly = 0444;
constexpr unsigned kOwnFolder = 0700;

}  // namespace

// Makes a folder beside its place and moves it there when it is whole; removed otherwise.
class CheckpointStore::Restoring {
 public:
  Restoring(CheckpointStore& store, const std::string& folder)
      : store_(store), folder_(folder), aside_(folder + ".restoring") {
    remove_aside();
    require(::mkdir(aside_.c_str(), kOwnFolder), aside_);
  }
  ~Restoring() { remove_aside(); }
  Restoring(const Restoring&) = delete;
  Restoring& operator=(const Restoring&) = delete;

  std::optional<std::string> run(const Manifest& manifest) {
    for (const ManifestEntry& entry : manifest) {
      const std::string path = aside_ + "/" + entry.path;
      switch (entry.kind) {
        case ManifestEntry::Kind::kFolder:
          require(::mkdir(path.c_str(), kOwnFolder), path);
          break;
        case ManifestEntry::Kind::kLink:
          require(::symlink(entry.target.c_str(), path.c_str()), path);
          break;
        case ManifestEntry::Kind::kFile:
          if (auto wrong = make_file(entry, path)) {
            return wrong;
          }
          break;
      }
    }
    require(::rename(aside_.c_str(), folder_.c_str()), folder_);
    // Last, and the inner ones first: what may not be written to could neither be filled nor, after
    // a crash, be removed.
    for (auto entry = manifest.rbegin(); entry != manifest.rend(); ++entry) {
      if (entry->kind == ManifestEntry::Kind::kFolder) {
        const std::string path = folder_ + "/" + entry->path;
        require(::chmod(path.c_str(), entry->mode), path);
      }
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> make_file(const ManifestEntry& entry, const std::string& path) {
    const std::string object = store_.object_path(entry.digest);
    const Descriptor source = open_at(AT_FDCWD, object, O_RDONLY);
    if (!source.open()) {
      if (errno != ENOENT) {
        throw_errno(object, errno);
      }
      return entry.path + " is missing in the store";
    }
    CopiedFile made;
    if (entry.mode == kReadOnly && store_.options_.modes_are_kept &&
        ::link(object.c_str(), path.c_str()) == 0) {
      made = digest_file(source.number(), object);
    } else {
      const Descriptor file = open_at(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL);
      require(file.number(), path);
      made = copy_file(source.number(), file.number(), entry.bytes + 1, object);
      require(::fchmod(file.number(), entry.mode), path);
    }
    if (made.digest != entry.digest || made.bytes != entry.bytes) {
      ::unlink(object.c_str());
      return entry.path + " is damaged in the store";
    }
    return std::nullopt;
  }

  void remove_aside() const {
    std::error_code error;
    fs::remove_all(aside_, error);
  }

  CheckpointStore& store_;
  const std::string& folder_;
  const std::string aside_;
};

std::optional<std::string> CheckpointStore::restore(const std::string& manifest_digest,
                                                    const std::string& folder) {
  const StoreLock lock = this->lock();
  const std::optional<Manifest> found = manifest(manifest_digest);
  if (!found) {
    ::unlink(manifest_path(manifest_digest).c_str());
    return "its manifest is missing or damaged";
  }
  return Restoring(*this, folder).run(*found);
}

}  // namespace automl::storage
