// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/agenda.hpp"

#include <algorithm>
#include <utility>

namespace automl::simulation {

void Agenda::in(std::int64_t delay_ms, std::function<void()> action) {
  entries_.emplace(now_ms_ + std::max<std::int64_t>(delay_ms, 0), std::move(action));
}

bool Agenda::do_next() {
  if (entries_.empty()) {
    return false;
  }
  auto next = entries_.extract(entries_.begin());
  now_ms_ = next.key();
  next.mapped()();
  return true;
}

}  // namespace automl::simulation
