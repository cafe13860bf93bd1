// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace automl::engine {

// The engine's doors to the outside besides Storage and Executor; real and simulated ones exist.

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970-01-01 UTC; may jump. For what people read.
  virtual std::int64_t wall_ms() = 0;
  // Milliseconds since some fixed point; never goes back. For leases, time-outs and durations.
  virtual std::int64_t monotonic_ms() = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  // 128 random bits, 32 hexadecimal digits: launch tokens.
  virtual std::string token() = 0;
  // For studies without a seed: 0 … 2^31 - 1.
  virtual std::int64_t seed() = 0;
};

}  // namespace automl::engine
