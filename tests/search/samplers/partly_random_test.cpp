// SPDX-License-Identifier: Apache-2.0
#include "search/samplers/partly_random.hpp"

#include <gtest/gtest.h>

#include "tests/search/spaces.hpp"

namespace automl::search {

namespace {

// Says how often it was asked, and for how many.
class Counting : public Sampler {
 public:
  explicit Counting(std::vector<int>& asked) : asked_(asked) {}
  std::vector<Suggestion> suggest(const Request& request) override {
    asked_.push_back(request.count);
    return std::vector<Suggestion>(static_cast<std::size_t>(request.count),
                                   {Configuration{{0.5}}, "learnt"});
  }

 private:
  std::vector<int>& asked_;
};

std::vector<std::string> reasons(const std::vector<Suggestion>& suggestions) {
  std::vector<std::string> words;
  for (const Suggestion& one : suggestions) {
    words.push_back(one.reason);
  }
  return words;
}

TEST(PartlyRandomSampler, EveryThirdSuggestionOfAStudyIsRandom) {
  const SearchSpace space = testing::unit_cube(1);
  std::vector<int> asked;
  PartlyRandomSampler sampler(space, std::make_unique<Counting>(asked));
  RandomSampler random(space);
  const History none;
  const std::vector<Configuration> pending;
  const std::string drawn = "every third one is random";
  const auto suggestions =
      sampler.suggest({.history = none, .pending = pending, .index = 1, .seed = 7, .count = 4});
  EXPECT_EQ(reasons(suggestions), (std::vector<std::string>{"learnt", drawn, "learnt", "learnt"}));
  EXPECT_EQ(asked, std::vector<int>{3});
  EXPECT_EQ(suggestions[1].configuration,
            random.suggest({.history = none, .pending = pending, .index = 2, .seed = 7})[0]
                .configuration);
  // Alone it is the same one, and the model is left in peace.
  EXPECT_EQ(sampler.suggest({.history = none, .pending = pending, .index = 2, .seed = 7})[0]
                .configuration,
            suggestions[1].configuration);
  EXPECT_EQ(asked.size(), 1U);
}

}  // namespace

}  // namespace automl::search
