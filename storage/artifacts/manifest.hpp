// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace automl::storage {

// What a folder held at one moment.
struct ManifestEntry {
  enum class Kind { kFolder, kFile, kLink };
  Kind kind = Kind::kFile;
  std::string path;         // relative, of plain names between slashes
  unsigned mode = 0;        // permission bits; of folders and files
  std::int64_t bytes = 0;   // of files
  std::string digest;       // of files
  std::string target = {};  // of links: relative, and within the folder

  bool operator==(const ManifestEntry&) const = default;
};

// By path, so that a folder stands before what is in it.
using Manifest = std::vector<ManifestEntry>;

// One line an entry behind the line `automl-checkpoint 1`; the same folder has the same text:
//   d MODE PATH      f MODE BYTES DIGEST PATH      l TARGET PATH
// MODE is octal. Bytes of names that are not printable ASCII, blanks and % are written as %XX.
std::string format_manifest(Manifest entries);

// Unset when it is not such a text: also with a path that leaves the folder, comes twice, or lies
// in something that is no folder.
std::optional<Manifest> parse_manifest(const std::string& text);

// Whether a link at `path` with this target stays within the folder, taking the names as they are.
bool stays_inside(const std::string& path, const std::string& target);

}  // namespace automl::storage
