// SPDX-License-Identifier: Apache-2.0
#include "search/gp/nondominated_boxes.hpp"

#include <algorithm>
#include <limits>

namespace automl::search::gp {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool below(const Point& point, const Point& reference) {
  for (std::size_t k = 0; k < reference.size(); ++k) {
    if (!(point[k] < reference[k])) {
      return false;
    }
  }
  return true;
}

// `front` in ascending order of the last objective.
std::vector<Box> sliced(const std::vector<Point>& front, const Point& reference) {
  if (reference.size() == 1) {
    return {{{-kInfinity}, {front.empty() ? reference[0] : front.front()[0]}}};
  }
  const Point floor(reference.begin(), reference.end() - 1);
  std::vector<Box> boxes;
  std::vector<Point> active;  // points at or below the slice, without the last objective
  double low = -kInfinity;
  for (std::size_t i = 0; i <= front.size(); ++i) {
    const double high = i < front.size() ? front[i].back() : reference.back();
    if (high > low) {
      for (Box& box : sliced(active, floor)) {
        box.low.push_back(low);
        box.high.push_back(high);
        boxes.push_back(std::move(box));
      }
      low = high;
    }
    if (i < front.size()) {
      const Point point(front[i].begin(), front[i].end() - 1);
      const auto dominated = [&](const Point& other) {
        return dominates(other, point) || other == point;
      };
      if (std::none_of(active.begin(), active.end(), dominated)) {
        std::erase_if(active, [&](const Point& other) { return dominates(point, other); });
        const auto place = std::upper_bound(
            active.begin(), active.end(), point, [](const Point& a, const Point& b) {
              return a.back() < b.back();
            });
        active.insert(place, point);
      }
    }
  }
  return boxes;
}

}  // namespace

std::vector<Box> nondominated_boxes(std::vector<Point> front, const Point& reference) {
  std::erase_if(front, [&](const Point& point) { return !below(point, reference); });
  std::sort(front.begin(), front.end(), [](const Point& a, const Point& b) {
    return a.back() != b.back() ? a.back() < b.back() : a < b;
  });
  return sliced(front, reference);
}

}  // namespace automl::search::gp
