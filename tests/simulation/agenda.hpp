// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "engine/doors.hpp"

namespace automl::simulation {

// Virtual time: what is to happen, in order. What is due at the same moment happens in the order in
// which it was entered.
class Agenda : public engine::Clock {
 public:
  void in(std::int64_t delay_ms, std::function<void()> action);
  // Moves the clock to the next entry and does it. False when nothing is left.
  bool do_next();

  std::int64_t wall_ms() override { return now_ms_ + wall_offset_ms_; }
  std::int64_t monotonic_ms() override { return now_ms_; }
  std::int64_t now_ms() const { return now_ms_; }
  void jump_wall_clock(std::int64_t by_ms) { wall_offset_ms_ += by_ms; }

 private:
  std::multimap<std::int64_t, std::function<void()>> entries_;
  std::int64_t now_ms_ = 1'000'000;
  std::int64_t wall_offset_ms_ = 1'800'000'000'000;
};

}  // namespace automl::simulation
