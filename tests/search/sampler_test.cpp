// SPDX-License-Identifier: Apache-2.0
#include "search/sampler.hpp"

#include <gtest/gtest.h>

namespace automl::search {
namespace {

TEST(Explanation, IsTheReasonWhereNoModelChose) {
  EXPECT_EQ(explanation({{}, "sobol: point 3"}, {true}), "sobol: point 3");
}

TEST(Explanation, CountsAnObjectiveAsTheUserDoes) {
  const Suggestion suggestion{{}, "gp: log improvement -2", {{-0.9, -0.95, -0.8}, {12, 10, 14}}};
  EXPECT_EQ(explanation(suggestion, {true, false}),
            "gp: log improvement -2, predicted 0.9 (0.8 to 0.95) and 12 (10 to 14)");
  EXPECT_EQ(explanation(suggestion, {}),
            "gp: log improvement -2, predicted -0.9 (-0.95 to -0.8) and 12 (10 to 14)");
}

}  // namespace
}  // namespace automl::search
