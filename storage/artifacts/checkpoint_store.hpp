// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>
#include <vector>

#include "storage/artifacts/manifest.hpp"

namespace automl::storage {

class Descriptor;
class StoreLock;

struct CheckpointOptions {
  std::int64_t most_files = 200'000;  // folders and links count, too
  std::int64_t most_bytes = std::int64_t{64} << 30;
  // Whether a read-only file keeps programs from writing to it: root's it does not.
  bool modes_are_kept = ::geteuid() != 0;
};

// What was kept of a folder.
struct Snapshot {
  std::string digest;  // of the manifest
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t new_bytes = 0;              // written: the store did not have them
  std::vector<std::string> left_out = {};  // devices, sockets, pipes, links to elsewhere
};

struct Sweep {
  bool done = false;  // false: somebody was saving all the time
  std::int64_t removed = 0;
  std::int64_t freed_bytes = 0;
};

// Snapshots of folders in a directory that many processes use at once:
//   objects/ab/cdef…   files by the SHA-256 of their content, each once and never changed
//   manifests/ABCDEF…  what a snapshot consists of (manifest.hpp), by the SHA-256 of its text
//   incoming/, swept/  what is being written and what is being removed
//   lock               see StoreLock
// A snapshot is whole or absent, also after a power cut: its manifest appears after all its files
// are durable. Whatever a program puts into its folder does no harm: no link is followed, nothing
// but plain files, folders and links that stay inside is kept, and what was copied is what has the
// digest, whoever writes to the file meanwhile.
//
// A restored file shares its blocks with the store where the file system can clone, and is the same
// inode if it is read-only (0444) and the program cannot write to it all the same; else it is
// copied: see docs/decisions/0012-restored-files-are-cloned-or-copied.md.
//
// Disk trouble is Unavailable. One thread at a time uses an object.
class CheckpointStore {
 public:
  // Makes the directory when it is missing.
  explicit CheckpointStore(std::string directory, CheckpointOptions options = {});
  ~CheckpointStore();

  // `keep` writes down where it must that the snapshot is wanted; until it returns nothing is swept
  // away. Throws InvalidArtifact, naming the file, for what cannot be read or is too much.
  Snapshot save(const std::string& folder, const std::function<void(const Snapshot&)>& keep);

  // Makes `folder`, which must not exist, with what the manifest says. Returns what is wrong with
  // the snapshot, if anything; there is no folder then. A file that was found damaged is removed
  // from the store, so that the next snapshot with this content brings it back.
  std::optional<std::string> restore(const std::string& manifest, const std::string& folder);

  // What a snapshot consists of; unset when it is missing or damaged.
  std::optional<Manifest> manifest(const std::string& digest) const;
  // Where a file of that content is, if it is there.
  std::string object_path(const std::string& digest) const;

  // Removes everything but the snapshots whose manifests `wanted` names, asked when nobody is
  // saving or restoring; waits for that no longer than `patience`. What `wanted` throws is passed
  // on, nothing is removed then. One process at a time.
  Sweep sweep(const std::function<std::vector<std::string>()>& wanted,
              std::chrono::milliseconds patience);

 private:
  // A file as it is on the disk: device, inode, size, times of change.
  using Facts = std::tuple<dev_t, ino_t, off_t, time_t, long, time_t, long>;
  class Saving;
  class Restoring;

  static Facts facts_of(const struct stat& status);
  StoreLock lock() const;
  std::string manifest_path(const std::string& digest) const;
  bool has_object(const std::string& digest, std::int64_t bytes) const;
  // Everything else, to be removed.
  void set_aside(const std::set<std::string>& manifests,
                 const std::set<std::string>& objects) const;
  const std::string directory_;
  const CheckpointOptions options_;
  std::map<Facts, std::string> known_;  // digests of the files of the last snapshot
};

}  // namespace automl::storage
