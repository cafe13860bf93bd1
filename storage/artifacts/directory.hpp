// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>

#include "storage/artifacts/artifact_store.hpp"

namespace automl::storage {

struct DirectoryOptions {
  std::string suffix;                                  // of every file, as ".tar.zst"; no slash
  std::int64_t largest_bytes = std::int64_t{2} << 30;  // larger artifacts are refused
};

// Artifacts as files DIRECTORY/<digest><suffix>, readable by the owner alone. What is arriving lies
// in DIRECTORY/incoming. Several processes may read one directory; one at a time writes.
class ArtifactDirectory : public ArtifactStore {
 public:
  // Makes the directory when it is missing. Throws Unavailable.
  explicit ArtifactDirectory(const std::string& directory, DirectoryOptions options = {});

  bool has(const std::string& digest) override;
  std::int64_t put(const std::string& digest,
                   std::int64_t offset,
                   std::string_view bytes,
                   bool last) override;
  std::unique_ptr<std::istream> open(const std::string& digest) override;
  bool remove(const std::string& digest) override;
  std::vector<Artifact> list() override;

  // Where the artifact is or would be.
  std::string path(const std::string& digest) const;
  // Frees what senders left behind; they begin anew. Only for the process that writes.
  void discard_incomplete();

 private:
  std::int64_t append(const std::string& file, std::int64_t offset, std::string_view bytes) const;
  void complete(const std::string& digest) const;
  std::string incoming(const std::string& digest) const;

  const std::string directory_;
  const DirectoryOptions options_;
  std::mutex mutex_;  // held while a piece is written
};

}  // namespace automl::storage
