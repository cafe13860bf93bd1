// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace automl::cli {

// Patterns of an ignore file in git's syntax: `#` comments, `!` takes back, a `/` at the end means
// folders only, one elsewhere anchors to the file's folder, `*` `?` `[…]` within a name, `**`
// across folders. The last pattern that matches decides.
class IgnoreRules {
 public:
  void add(const std::string& text);
  // Whether the path, relative to the ignore file's folder, is ignored (true) or taken back
  // (false); unset when no pattern matches.
  std::optional<bool> decision(const std::string& path, bool folder) const;

 private:
  struct Rule {
    std::string pattern;
    bool negated;
    bool folders_only;
    bool anchored;
  };
  std::vector<Rule> rules_;
};

}  // namespace automl::cli
