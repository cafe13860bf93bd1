// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace automl::storage {

// Retry later: disk full, I/O error, locked, database gone. The turn has no effect, or its effect
// is unknown (after a failed commit): read again before going on.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A unique key or compare-and-set refused the change: somebody was there first.
class Conflict : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Another engine has taken over this store: stop.
class Superseded : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The store contradicts itself, or was written by a newer release: do not start on it.
class Corruption : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace automl::storage
