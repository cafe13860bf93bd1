// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/perturbation.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "search/levels.hpp"
#include "search/samplers/uniform.hpp"
#include "search/space_encoding.hpp"

namespace automl::search {
namespace {

constexpr int kTries = 64;

double number(const std::string& word, const std::string& where) {
  double value = 0;
  const char* end = word.data() + word.size();
  const auto [parsed, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc() || parsed != end || !std::isfinite(value)) {
    throw std::invalid_argument("\"" + where + "\" should read NAME LOW HIGH, like lr 1e-6 1");
  }
  return value;
}

bool active(const Parameter& parameter, const Configuration& configuration) {
  return std::all_of(parameter.conditions.begin(),
                     parameter.conditions.end(),
                     [&](const Comparison& one) { return one.holds(configuration); });
}

Configuration draw(const SearchSpace& space,
                   const SearchSpace& limits,
                   const Configuration& from,
                   const PerturbOptions& options,
                   Random& random) {
  Configuration drawn{std::vector<double>(space.size(), kInactive)};
  for (const std::size_t i : space.order()) {
    // As many numbers for each parameter, whatever becomes of it.
    const bool anew = random.uniform() < options.resample;
    const double unit = random.uniform();
    const double factor = random.uniform() < 0.5 ? options.shrink : options.grow;
    if (active(space[i], drawn)) {
      drawn.values[i] = anew || !from.active(i) ? decode(space[i], unit)
                                                : perturb(limits[i], from.values[i], factor);
    }
  }
  return limits.repair(std::move(drawn));
}

}  // namespace

Limits parse_limits(const std::string& text) {
  Limits limits;
  std::istringstream entries(text);
  for (std::string entry; std::getline(entries, entry, ',');) {
    std::istringstream words(entry);
    std::string name;
    std::string low;
    std::string high;
    std::string more;
    words >> name >> low >> high;
    if (name.empty() && text.find_first_not_of(" ,") == std::string::npos) {
      continue;
    }
    if (words >> more) {
      low = "";
    }
    limits[name] = {number(low, entry), number(high, entry)};
  }
  return limits;
}

SearchSpace widened(const SearchSpace& space, const Limits& limits) {
  std::vector<Parameter> parameters = space.parameters();
  for (const auto& [name, range] : limits) {
    const auto found = std::find_if(
        parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.name == name; });
    if (found == parameters.end()) {
      throw std::invalid_argument("limits: there is no parameter " + name);
    }
    if (found->kind != Kind::kFloat && found->kind != Kind::kInt) {
      throw std::invalid_argument("limits: " + name + " is not a number");
    }
    const auto [low, high] = range;
    if (!(low <= found->low && high >= found->high) || (found->log && low <= 0)) {
      throw std::invalid_argument("limits: those of " + name + " must contain its range" +
                                  (found->log ? " and be above zero" : ""));
    }
    const double step = found->kind == Kind::kInt ? std::max(found->step, 1.0) : found->step;
    found->low = step > 0 ? found->low - std::floor((found->low - low) / step) * step : low;
    found->high = high;
  }
  return {std::move(parameters), space.forbidden()};
}

double perturb(const Parameter& p, double value, double factor) {
  const bool numeric = p.kind == Kind::kFloat || p.kind == Kind::kInt;
  if (!numeric && p.kind != Kind::kOrdinal) {
    return value;
  }
  double moved = value;
  if (numeric) {
    moved = p.low > 0 ? value * factor
                      : value + (factor - 1) * std::max(std::abs(value), (p.high - p.low) / 20);
    moved = std::clamp(moved, p.low, p.high);
  }
  const std::size_t count = levels(p);
  if (count == 0) {
    return moved;
  }
  const std::size_t from = level_of(p, value);
  std::size_t to = level_of(p, moved);
  if (to == from) {
    to = factor > 1 ? std::min(from + 1, count - 1) : from - std::min<std::size_t>(from, 1);
  }
  return level_value(p, to);
}

Explored explore(const SearchSpace& space,
                 const SearchSpace& limits,
                 const Configuration& from,
                 const PerturbOptions& options,
                 Random& random) {
  auto found = draw_allowed(
      limits, random, kTries, [&] { return draw(space, limits, from, options, random); });
  if (!found) {
    return {from, "unchanged, as nothing else is allowed"};
  }
  return {std::move(found->configuration), "perturbed" + found->note};
}

}  // namespace automl::search
