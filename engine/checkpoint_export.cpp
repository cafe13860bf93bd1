// SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoint_export.hpp"

#include <filesystem>

#include "storage/artifacts/checkpoint_store.hpp"
#include "storage/errors.hpp"

namespace automl::engine {

namespace fs = std::filesystem;

namespace {

template <typename Exception>
[[noreturn]] void refuse(const std::string& message) {
  Exception exception;
  exception.message = message;
  throw exception;
}

void check_folder(const std::string& folder) {
  std::error_code error;
  if (folder.empty() || folder.front() != '/') {
    refuse<idl::InvalidRequest>("the folder needs an absolute path");
  }
  if (fs::symlink_status(folder, error).type() != fs::file_type::not_found) {
    refuse<idl::InvalidRequest>(folder + " exists already");
  }
  if (!fs::is_directory(fs::path(folder).parent_path(), error)) {
    refuse<idl::InvalidRequest>("there is no folder " + fs::path(folder).parent_path().string());
  }
}

}  // namespace

idl::CheckpointRow export_checkpoint(const std::string& home,
                                     const std::vector<idl::CheckpointRow>& kept,
                                     std::int64_t number,
                                     const std::string& folder) {
  check_folder(folder);
  std::string wrong;
  try {
    storage::CheckpointOptions options;
    options.modes_are_kept = false;
    storage::CheckpointStore store(home + "/artifacts", options);
    for (auto row = kept.rbegin(); row != kept.rend(); ++row) {
      if (number != 0 && row->checkpoint.number != number) {
        continue;
      }
      const auto trouble = store.restore(row->checkpoint.digest, folder);
      if (!trouble) {
        return *row;
      }
      wrong += (wrong.empty() ? "" : "; ") + std::string("checkpoint ") +
               std::to_string(row->checkpoint.number) + " cannot be used: " + *trouble;
    }
  } catch (const storage::Unavailable& error) {
    refuse<idl::Unavailable>(error.what());
  }
  if (wrong.empty()) {
    wrong =
        number == 0 ? "nothing was saved" : "checkpoint " + std::to_string(number) + " is not kept";
  }
  refuse<idl::NotFound>(wrong);
}

}  // namespace automl::engine
