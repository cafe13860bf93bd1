// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "search/configuration.hpp"
#include "search/random.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// A random allowed configuration that is not `seen`; a small finite space is walked through for
// one. Unset when nothing is allowed at all.
struct Untried {
  enum class Found { kDrawn, kLeft, kNone };  // kLeft: one of the few left; kNone: all are seen
  Configuration configuration;
  Found found = Found::kDrawn;
};
std::optional<Untried> draw_untried(const SearchSpace& space,
                                    Random& random,
                                    const std::function<bool(const Configuration&)>& seen);

}  // namespace automl::search
