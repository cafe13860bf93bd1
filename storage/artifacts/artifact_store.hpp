// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace automl::storage {

// What the sender has to change: no digest, larger than allowed, or bytes of another digest.
class InvalidArtifact : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Artifact {
  std::string digest;
  std::int64_t bytes = 0;
};

// Immutable files named by their SHA-256, written as 64 lower-case hexadecimal digits: any other
// digest is refused with InvalidArtifact before it becomes part of a name. An artifact is visible
// only when it is whole, verified and durable. Disk and network trouble is Unavailable
// (errors.hpp); the call may be repeated. Thread safe.
class ArtifactStore {
 public:
  virtual ~ArtifactStore() = default;

  virtual bool has(const std::string& digest) = 0;

  // Stores a piece that begins at `offset`, which must not lie beyond what has arrived (else
  // Conflict, naming the offset to go on at). A piece that is there already is harmless; where it
  // differs, it and what follows it are replaced, so beginning anew at 0 always works. With `last`
  // the artifact is complete: bytes of another digest are thrown away and refused with
  // InvalidArtifact. Pieces of an artifact that is complete are ignored.
  // Returns the offset to go on at.
  virtual std::int64_t put(const std::string& digest,
                           std::int64_t offset,
                           std::string_view bytes,
                           bool last) = 0;

  // Null when it is not there.
  virtual std::unique_ptr<std::istream> open(const std::string& digest) = 0;

  // Also what has arrived of an incomplete one. False when there was none. Who has it open goes on
  // reading.
  virtual bool remove(const std::string& digest) = 0;

  // The complete ones, by digest.
  virtual std::vector<Artifact> list() = 0;
};

}  // namespace automl::storage
