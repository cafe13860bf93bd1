// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <sys/stat.h>

namespace automl::storage {

struct FolderItem {
  int folder = -1;        // open: where it lies
  std::string name;       // there
  std::string path;       // from the folder that is walked
  struct stat status {};  // of itself, also if it is a link
};

// Visits everything below a folder, whoever changes it meanwhile: no link is followed, what
// vanishes is left out, and so is what the SDKs are just writing (names that begin with
// `.saving-`). A folder is visited before what is in it. Throws InvalidArtifact for what cannot be
// read, for folders nested deeper than 64 and for paths longer than 2,048 bytes.
void walk_folder(const std::string& folder, const std::function<void(const FolderItem&)>& visit);

struct FolderState {
  std::string signature;   // another one whenever a name, size, inode or time of change is another
  std::int64_t files = 0;  // and folders and links
  std::int64_t bytes = 0;
  std::int64_t changed_ns = 0;  // the latest change, in nanoseconds since 1970
};

FolderState look_at_folder(const std::string& folder);

}  // namespace automl::storage
