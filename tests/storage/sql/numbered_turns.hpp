// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "storage/storage.hpp"

namespace automl::storage {

// A scripted workload: turn N stores trial N of study 1 with session, attempt, measurements and a
// reply, and ends those of turn N - 1. Each touches every table, so half a turn shows.
class NumberedTurns {
 public:
  // `filler_bytes`: size of the text in each turn's records.
  explicit NumberedTurns(std::int64_t filler_bytes) : filler_bytes_(filler_bytes) {}

  // One whole turn, from begin to commit.
  void run(Storage& storage, std::int64_t number) const;

  // How many turns the store holds. Fails the test when it holds half a one, or one with a gap.
  std::int64_t count(Storage& storage) const;

 private:
  void finish_last(Storage& storage, std::int64_t number) const;

  std::int64_t filler_bytes_;
};

}  // namespace automl::storage
