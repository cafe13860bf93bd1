// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/nearest_name.hpp"

#include <algorithm>
#include <cctype>

namespace automl::engine::study_file {

namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kTellingPrefix = 3;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(c == '-' ? '_' : std::tolower(c));
  });
  return text;
}

// Optimal string alignment distance.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    above[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

}  // namespace

std::string did_you_mean(const std::string& written, const std::vector<std::string>& names) {
  if (written.size() > kLongestName) {
    return "";
  }
  const std::string wanted = lower(written);
  // Of one letter, no other name is near.
  std::size_t best = wanted.size() < 2 ? 1 : std::max<std::size_t>(1, (wanted.size() + 1) / 3) + 1;
  const std::string* nearest = nullptr;
  if (wanted.size() >= kTellingPrefix) {
    for (const std::string& name : names) {
      if (lower(name).compare(0, wanted.size(), wanted) == 0) {
        nearest = &name;
        best = name.size() - wanted.size();
        break;
      }
    }
  }
  for (const std::string& name : names) {
    const std::size_t lengths =
        std::max(name.size(), wanted.size()) - std::min(name.size(), wanted.size());
    if (lengths >= best) {
      continue;
    }
    const std::size_t found = distance(wanted, lower(name));
    if (found < best) {
      best = found;
      nearest = &name;
    }
  }
  return nearest == nullptr ? "" : "; did you mean \"" + *nearest + "\"?";
}

std::string nearest_or_all(const std::string& written, const std::vector<std::string>& names) {
  const std::string nearest = did_you_mean(written, names);
  if (!nearest.empty()) {
    return nearest;
  }
  std::string all = names.empty() ? "; there are none" : "";
  for (const std::string& name : names) {
    all += (all.empty() ? "; there are " : ", ") + name;
  }
  return all;
}

}  // namespace automl::engine::study_file
