// SPDX-License-Identifier: Apache-2.0
#include "cli/trial_name.hpp"

#include <charconv>

#include "cli/commands.hpp"

namespace automl::cli {

TrialName parse_trial_name(const std::string& text) {
  const auto slash = text.rfind('/');
  TrialName name;
  if (slash != std::string::npos && slash > 0 && slash + 1 < text.size()) {
    name.study = text.substr(0, slash);
    const char* end = text.data() + text.size();
    const auto [parsed, error] = std::from_chars(text.data() + slash + 1, end, name.number);
    if (error == std::errc() && parsed == end && name.number >= 0) {
      return name;
    }
  }
  throw UsageError("expected STUDY/TRIAL such as digits/8, got \"" + text + "\"");
}

}  // namespace automl::cli
