// SPDX-License-Identifier: Apache-2.0
#include "tests/storage/artifacts/checkpoint_folder.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "storage/artifacts/artifact_store.hpp"

namespace automl::storage {

namespace fs = std::filesystem;

void write(const std::string& path, const std::string& content) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, std::string> content(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::string& what = found[entry.path().lexically_relative(folder)];
    if (entry.is_symlink()) {
      what = "-> " + fs::read_symlink(entry.path()).string();
    } else {
      const auto mode = static_cast<unsigned>(entry.status().permissions());
      what = std::to_string(mode) + (entry.is_directory() ? "/" : " " + read(entry.path()));
    }
  }
  return found;
}

std::int64_t stored_bytes(const std::string& store) {
  std::int64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(store + "/objects")) {
    bytes += entry.is_regular_file() ? static_cast<std::int64_t>(entry.file_size()) : 0;
  }
  return bytes;
}

CheckpointFolder::CheckpointFolder() { fs::create_directories(work); }

Snapshot CheckpointFolder::save(CheckpointOptions options) {
  return CheckpointStore(place, options).save(work, kNobodyElse);
}

std::string CheckpointFolder::refusal(CheckpointOptions options) {
  try {
    save(options);
  } catch (const InvalidArtifact& error) {
    return error.what();
  }
  return "";
}

}  // namespace automl::storage
