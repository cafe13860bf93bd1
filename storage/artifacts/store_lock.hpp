// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "storage/artifacts/descriptor.hpp"

namespace automl::storage {

// Lets many processes add to a store while none removes from it, by locks on one file; the kernel
// releases what a dead process held. Who wants to be alone first bars the gate that all others
// come through, so that it is not kept waiting by an endless stream of them.
class StoreLock {
 public:
  // Waits as long as it takes, which is at most the patience of who wants to be alone and its work.
  // Throws Unavailable.
  static StoreLock shared(const std::string& path);
  // Unset when the others have not left within `patience`.
  static std::optional<StoreLock> alone(const std::string& path,
                                        std::chrono::milliseconds patience);

 private:
  explicit StoreLock(Descriptor file) : file_(std::move(file)) {}

  Descriptor file_;
};

}  // namespace automl::storage
