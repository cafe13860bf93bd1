// SPDX-License-Identifier: Apache-2.0
#include "cli/ignore_rules.hpp"

#include <fnmatch.h>
#include <sstream>

namespace automl::cli {

namespace {

// fnmatch knows no `**`: tries every split of the path at folder ends.
bool matches(const std::string& pattern, const std::string& path) {
  const auto stars = pattern.find("**/");
  if (stars == std::string::npos) {
    const auto end = pattern.size() >= 3 && pattern.compare(pattern.size() - 3, 3, "/**") == 0;
    if (end) {
      const std::string head = pattern.substr(0, pattern.size() - 3);
      for (auto at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
        if (fnmatch(head.c_str(), path.substr(0, at).c_str(), FNM_PATHNAME) == 0) {
          return true;
        }
      }
      return false;
    }
    return fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
  }
  // Before it the head must fit whole folders, after it the rest may start at any folder below.
  const std::string head = pattern.substr(0, stars);
  const std::string tail = pattern.substr(stars + 3);
  const auto next_folder = [&path](std::size_t at) {
    at = path.find('/', at);
    return at == std::string::npos ? at : at + 1;
  };
  for (std::size_t at = 0; at != std::string::npos; at = next_folder(at)) {
    if (fnmatch(head.c_str(), path.substr(0, at).c_str(), FNM_PATHNAME) != 0) {
      continue;
    }
    for (std::size_t below = at; below != std::string::npos; below = next_folder(below)) {
      if (matches(tail, path.substr(below))) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

void IgnoreRules::add(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.pop_back();
    }
    if (line.empty() || line[0] == '#') {
      continue;
    }
    Rule rule{line, false, false, false};
    if (rule.pattern[0] == '!') {
      rule.negated = true;
      rule.pattern.erase(0, 1);
    }
    if (!rule.pattern.empty() && rule.pattern.back() == '/') {
      rule.folders_only = true;
      rule.pattern.pop_back();
    }
    rule.anchored = rule.pattern.find('/') != std::string::npos;
    if (!rule.pattern.empty() && rule.pattern[0] == '/') {
      rule.pattern.erase(0, 1);
    }
    if (!rule.pattern.empty()) {
      rules_.push_back(std::move(rule));
    }
  }
}

std::optional<bool> IgnoreRules::decision(const std::string& path, bool folder) const {
  const std::string name = path.substr(path.rfind('/') + 1);
  std::optional<bool> ignored;
  for (const Rule& rule : rules_) {
    if (rule.folders_only && !folder) {
      continue;
    }
    const bool hit = rule.anchored ? matches(rule.pattern, path)
                                   : fnmatch(rule.pattern.c_str(), name.c_str(), 0) == 0;
    if (hit) {
      ignored = !rule.negated;
    }
  }
  return ignored;
}

}  // namespace automl::cli
