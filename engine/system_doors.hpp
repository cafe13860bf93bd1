// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "engine/doors.hpp"

namespace automl::engine {

// The machine's clocks. Any thread.
class SystemClock : public Clock {
 public:
  std::int64_t wall_ms() override;
  std::int64_t monotonic_ms() override;
};

// The kernel's random numbers. Any thread. Throws std::system_error when there are none.
class SystemRandom : public Random {
 public:
  std::string token() override;
  std::int64_t seed() override;
};

}  // namespace automl::engine
