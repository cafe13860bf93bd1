// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/partly_random.hpp"

#include <algorithm>

namespace automl::search {
namespace {

constexpr std::uint64_t kEvery = 3;

bool is_random(std::uint64_t index) { return index % kEvery == kEvery - 1; }

}  // namespace

std::vector<Suggestion> PartlyRandomSampler::suggest(const Request& request) {
  const auto count = static_cast<std::uint64_t>(request.count);
  int learnt = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    learnt += is_random(request.index + i) ? 0 : 1;
  }
  std::vector<Suggestion> proposed;
  if (learnt > 0) {
    Request shorter = request;
    shorter.count = learnt;
    proposed = learning_->suggest(shorter);
  }
  std::vector<Suggestion> suggestions;
  auto next = proposed.begin();
  for (std::uint64_t i = 0; i < count; ++i) {
    if (is_random(request.index + i)) {
      Request one = request;
      one.index = request.index + i;
      one.count = 1;
      for (Suggestion& drawn : random_.suggest(one)) {
        drawn.reason = "every third one is random";
        suggestions.push_back(std::move(drawn));
      }
    } else if (next != proposed.end()) {
      suggestions.push_back(std::move(*next++));
    }
  }
  return suggestions;
}

}  // namespace automl::search
