// SPDX-License-Identifier: Apache-2.0
#include "engine/suggestion_workers.hpp"

#include <future>
#include <map>
#include <mutex>
#include <stdexcept>

#include <gtest/gtest.h>

#include "engine/study_search.hpp"

namespace automl::engine {
namespace {

// Suggests the number of its call, or fails.
class CountingSampler : public search::Sampler {
 public:
  std::vector<search::Suggestion> suggest(const search::Request& request) override {
    if (request.index == 13) {
      throw std::runtime_error("planted");
    }
    if (request.index == 17) {
      while (!request.expired()) {
      }
      return {{.configuration = {}, .reason = "late"}};
    }
    return {{.configuration = {}, .reason = std::to_string(request.index)}};
  }
};

TEST(SuggestionWorkers, AnswerEveryRequestOnce) {
  auto search = std::make_shared<StudySearch>(
      StudySearch{search::SearchSpace({}, {}), std::make_unique<CountingSampler>(), {}, {}, {}, 0});
  std::mutex mutex;
  std::map<std::uint64_t, std::string> answers;
  std::promise<void> all;
  {
    SuggestionWorkers workers(2, std::chrono::milliseconds(20), [&](Event event) {
      const std::lock_guard lock(mutex);
      auto& suggested = std::get<Suggested>(event);
      const auto [at, added] =
          answers.emplace(suggested.ticket,
                          suggested.suggestions.empty() ? "none" : suggested.suggestions[0].reason);
      EXPECT_TRUE(added);
      if (answers.size() == 20) {
        all.set_value();
      }
    });
    for (int i = 0; i < 20; ++i) {
      workers.add({static_cast<std::uint64_t>(100 + i), i, 1, search});
    }
    ASSERT_EQ(all.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  }
  EXPECT_EQ(answers[100], "0");
  EXPECT_EQ(answers[113], "random: uniform draw (the sampler failed: planted)");
  EXPECT_EQ(answers[117], "late");
  EXPECT_EQ(answers[119], "19");
}

}  // namespace
}  // namespace automl::engine
