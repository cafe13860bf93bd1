// SPDX-License-Identifier: Apache-2.0
#include "search/pareto.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace automl::search {

namespace {

std::vector<std::size_t> lexicographic(const std::vector<Point>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return points[a] < points[b];
  });
  return order;
}

// With two objectives, in lexicographic order, a front is left undominated by the lowest second
// objective seen on it: a binary search over the fronts finds the first that takes the point.
std::vector<std::size_t> planar_fronts(const std::vector<Point>& points) {
  std::vector<std::size_t> numbers(points.size());
  std::vector<const Point*> last;  // of each front, the point with its lowest second objective
  for (const std::size_t i : lexicographic(points)) {
    const auto front = std::partition_point(last.begin(), last.end(), [&](const Point* lowest) {
      return dominates(*lowest, points[i]);
    });
    numbers[i] = static_cast<std::size_t>(front - last.begin());
    if (front == last.end()) {
      last.push_back(&points[i]);
    } else if (points[i].back() <= (*front)->back()) {
      *front = &points[i];
    }
  }
  return numbers;
}

}  // namespace

bool dominates(const Point& a, const Point& b) {
  bool better = false;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k] > b[k]) {
      return false;
    }
    better = better || a[k] < b[k];
  }
  return better;
}

void RunningFront::add(Point point) {
  const auto by = [&](const Point& one) { return dominates(one, point); };
  if (std::none_of(points_.begin(), points_.end(), by)) {
    std::erase_if(points_, [&](const Point& one) { return dominates(point, one); });
    points_.push_back(std::move(point));
  }
}

std::vector<std::size_t> front_numbers(const std::vector<Point>& points) {
  if (!points.empty() && points.front().size() <= 2) {
    return planar_fronts(points);
  }
  // Whoever dominates a point comes before it in lexicographic order.
  std::vector<std::size_t> numbers(points.size());
  std::vector<std::size_t> before;
  for (const std::size_t i : lexicographic(points)) {
    for (const std::size_t j : before) {
      if (numbers[j] >= numbers[i] && dominates(points[j], points[i])) {
        numbers[i] = numbers[j] + 1;
      }
    }
    before.push_back(i);
  }
  return numbers;
}

std::vector<double> crowding_distances(const std::vector<Point>& points,
                                       const std::vector<std::size_t>& members) {
  std::vector<double> distances(members.size(), 0);
  const std::size_t objectives = members.empty() ? 0 : points[members.front()].size();
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t k = 0; k < objectives; ++k) {
    const auto value = [&](std::size_t place) { return points[members[order[place]]][k]; };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return points[members[a]][k] < points[members[b]][k];
    });
    const double range = value(order.size() - 1) - value(0);
    distances[order.front()] = distances[order.back()] = std::numeric_limits<double>::infinity();
    for (std::size_t place = 1; range > 0 && place + 1 < order.size(); ++place) {
      distances[order[place]] += (value(place + 1) - value(place - 1)) / range;
    }
  }
  return distances;
}

std::vector<std::size_t> pareto_order(const std::vector<Point>& points) {
  const std::vector<std::size_t> numbers = front_numbers(points);
  std::vector<std::vector<std::size_t>> fronts;
  for (std::size_t i = 0; i < points.size(); ++i) {
    fronts.resize(std::max(fronts.size(), numbers[i] + 1));
    fronts[numbers[i]].push_back(i);
  }
  std::vector<std::size_t> order;
  for (const std::vector<std::size_t>& front : fronts) {
    const std::vector<double> distances = crowding_distances(points, front);
    std::vector<std::size_t> places(front.size());
    std::iota(places.begin(), places.end(), 0);
    std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
      return distances[a] > distances[b];
    });
    for (const std::size_t place : places) {
      order.push_back(front[place]);
    }
  }
  return order;
}

double hypervolume(std::vector<Point> points, const Point& reference) {
  std::erase_if(points, [&](const Point& point) {
    for (std::size_t k = 0; k < reference.size(); ++k) {
      if (!(point[k] < reference[k])) {
        return true;
      }
    }
    return false;
  });
  if (points.empty()) {
    return 0;
  }
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return a.back() < b.back();
  });
  if (reference.size() == 1) {
    return reference[0] - points.front()[0];
  }
  // Slices between neighbouring values of the last objective; each is as wide as the volume that
  // the points up to it dominate in the others.
  const Point floor(reference.begin(), reference.end() - 1);
  double volume = 0;
  double width = 0;
  std::vector<Point> below;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double top = i + 1 < points.size() ? points[i + 1].back() : reference.back();
    below.emplace_back(points[i].begin(), points[i].end() - 1);
    if (floor.size() == 1) {
      width = std::max(width, floor[0] - below.back()[0]);
    } else if (top > points[i].back()) {
      width = hypervolume(below, floor);
    }
    volume += width * (top - points[i].back());
  }
  return volume;
}

}  // namespace automl::search
