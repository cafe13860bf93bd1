// SPDX-License-Identifier: Apache-2.0
#include "search/gp/nondominated_boxes.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "search/random.hpp"

namespace automl::search::gp {
namespace {

bool inside(const Box& box, const Point& point) {
  for (std::size_t k = 0; k < point.size(); ++k) {
    if (!(box.low[k] < point[k] && point[k] < box.high[k])) {
      return false;
    }
  }
  return true;
}

TEST(NondominatedBoxes, WithoutAFrontAreEverythingBelowTheReference) {
  const std::vector<Box> boxes = nondominated_boxes({}, {1, 2, 3});
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].high, (Point{1, 2, 3}));
}

TEST(NondominatedBoxes, OfTwoObjectivesAreStrips) {
  const std::vector<Box> boxes = nondominated_boxes({{1, 3}, {2, 2}, {5, 1}}, {4, 4});
  // The point beyond the reference does not count.
  ASSERT_EQ(boxes.size(), 3U);
  EXPECT_EQ(boxes[0].high, (Point{4, 2}));
  EXPECT_EQ(boxes[1].low[1], 2);
  EXPECT_EQ(boxes[1].high, (Point{2, 3}));
  EXPECT_EQ(boxes[2].high, (Point{1, 4}));
}

// Every point below the reference lies in exactly one box, or in none when it is dominated.
TEST(NondominatedBoxes, CoverWhatIsNotDominatedOnce) {
  Random random(3);
  for (const std::size_t objectives : {1, 2, 3, 4}) {
    for (int round = 0; round < 20; ++round) {
      std::vector<Point> front(random.below(9));
      for (Point& point : front) {
        for (std::size_t k = 0; k < objectives; ++k) {
          // Ties are likely.
          point.push_back(static_cast<double>(random.below(6)) / 5);
        }
      }
      const std::vector<Box> boxes = nondominated_boxes(front, Point(objectives, 0.9));
      for (int i = 0; i < 200; ++i) {
        Point point;
        for (std::size_t k = 0; k < objectives; ++k) {
          point.push_back(random.uniform() * 0.9);
        }
        const bool dominated = std::any_of(front.begin(), front.end(), [&](const Point& other) {
          return dominates(other, point);
        });
        const auto times = std::count_if(
            boxes.begin(), boxes.end(), [&](const Box& box) { return inside(box, point); });
        EXPECT_EQ(times, dominated ? 0 : 1);
      }
    }
  }
}

}  // namespace
}  // namespace automl::search::gp
