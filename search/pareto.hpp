// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace automl::search {

// Points are vectors of m objectives, all to be minimised and finite; a set of points has the same
// m throughout.
using Point = std::vector<double>;

// At least as good everywhere and better somewhere.
bool dominates(const Point& a, const Point& b);

// For each point the number of the front it lies on, 0 the best: front k is what nobody dominates
// once fronts 0 .. k-1 are taken away (Deb et al., "A fast and elitist multiobjective genetic
// algorithm: NSGA-II", IEEE Trans. Evol. Comp. 6(2), 2002). O(n log n) for m <= 2, else O(m n²).
std::vector<std::size_t> front_numbers(const std::vector<Point>& points);

// Crowding distance of each point among the others of `members` (the same paper): the sum over
// objectives of the gap between its neighbours, relative to the range; infinite at the ends.
std::vector<double> crowding_distances(const std::vector<Point>& points,
                                       const std::vector<std::size_t>& members);

// What none of the points added so far dominates, equal ones each. O(size of the front) a point.
class RunningFront {
 public:
  void add(Point point);
  const std::vector<Point>& points() const { return points_; }

 private:
  std::vector<Point> points_;
};

// The volume that the points dominate below `reference`; points not better than it everywhere add
// nothing. Exact, by slicing the last objective: O(n log n) for m = 2, O(n^(m-1)) in general.
double hypervolume(std::vector<Point> points, const Point& reference);

// Indices into `points`, best first: by front, then the more crowded later, then by index.
std::vector<std::size_t> pareto_order(const std::vector<Point>& points);

}  // namespace automl::search
