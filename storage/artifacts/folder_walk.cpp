// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/folder_walk.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "storage/artifacts/artifact_store.hpp"
#include "storage/artifacts/descriptor.hpp"
#include "storage/artifacts/digest.hpp"

namespace automl::storage {

namespace {

constexpr int kDeepest = 64;
constexpr std::size_t kLongestPath = 2048;  // with the folder before it the kernel takes 4096
constexpr std::string_view kBeingSaved = ".saving-";

[[noreturn]] void refuse(const std::string& path, int error) {
  throw InvalidArtifact("cannot read " + (path.empty() ? "the folder" : path) + ": " +
                        std::generic_category().message(error));
}

std::vector<std::string> names_in(const Descriptor& folder, const std::string& path) {
  Descriptor again = open_at(folder.number(), ".", O_RDONLY | O_DIRECTORY);
  DIR* stream = again.open() ? ::fdopendir(again.number()) : nullptr;
  if (stream == nullptr) {
    refuse(path, errno);
  }
  again.release();
  const std::unique_ptr<DIR, int (*)(DIR*)> closing(stream, &::closedir);
  std::vector<std::string> names;
  while (const dirent* item = ::readdir(stream)) {
    const std::string_view name = item->d_name;
    if (name != "." && name != ".." && name.substr(0, kBeingSaved.size()) != kBeingSaved) {
      names.emplace_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

void walk(const Descriptor& folder,
          const std::string& path,
          int depth,
          const std::function<void(const FolderItem&)>& visit) {
  if (depth > kDeepest) {
    throw InvalidArtifact("folders are nested deeper than " + std::to_string(kDeepest) + ": " +
                          path.substr(0, 200));
  }
  for (const std::string& name : names_in(folder, path)) {
    FolderItem item{folder.number(), name, path.empty() ? name : path + "/" + name, {}};
    if (::fstatat(folder.number(), name.c_str(), &item.status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) {
        continue;
      }
      refuse(item.path, errno);
    }
    if (item.path.size() > kLongestPath) {
      throw InvalidArtifact("a path is longer than " + std::to_string(kLongestPath) +
                            " bytes: " + item.path.substr(0, 200) + "…");
    }
    visit(item);
    if (S_ISDIR(item.status.st_mode)) {
      const Descriptor inner = open_at(folder.number(), name, O_RDONLY | O_DIRECTORY);
      if (inner.open()) {
        walk(inner, item.path, depth + 1, visit);
      } else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) {
        refuse(item.path, errno);
      }
    }
  }
}

}  // namespace

void walk_folder(const std::string& folder, const std::function<void(const FolderItem&)>& visit) {
  const Descriptor top = open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY);
  if (!top.open()) {
    refuse("", errno);
  }
  walk(top, "", 1, visit);
}

FolderState look_at_folder(const std::string& folder) {
  FolderState state;
  Sha256 signature;
  walk_folder(folder, [&](const FolderItem& item) {
    const struct stat& status = item.status;
    ++state.files;
    state.bytes += S_ISREG(status.st_mode) ? status.st_size : 0;
    state.changed_ns = std::max<std::int64_t>(
        state.changed_ns, status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec);
    const std::int64_t facts[] = {static_cast<std::int64_t>(item.path.size()),
                                  status.st_mode,
                                  static_cast<std::int64_t>(status.st_ino),
                                  S_ISDIR(status.st_mode) ? 0 : status.st_size,
                                  S_ISDIR(status.st_mode) ? 0 : status.st_ctim.tv_sec,
                                  S_ISDIR(status.st_mode) ? 0 : status.st_ctim.tv_nsec};
    signature.add({reinterpret_cast<const char*>(facts), sizeof facts});
    signature.add(item.path);
  });
  state.signature = signature.hexadecimal();
  return state;
}

}  // namespace automl::storage
