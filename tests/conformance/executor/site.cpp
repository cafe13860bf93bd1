// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/executor/site.hpp"

#include <algorithm>
#include <chrono>

namespace automl::executor {

namespace {

constexpr std::chrono::seconds kPatience{20};

// Unset fields when it has not come to that in time; the caller's expectations say so.
Finding ask_until(Site& site, Presence wanted, const std::function<Finding()>& ask) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  Finding finding = ask();
  while (finding.presence != wanted && std::chrono::steady_clock::now() < until) {
    site.wait_a_moment();
    finding = ask();
  }
  EXPECT_EQ(finding.presence, wanted);
  return finding;
}

}  // namespace

std::string ExecutorConformance::launch() {
  const LaunchRequest request = site().request();
  const LaunchResult result = executor().launch(request);
  EXPECT_TRUE(result.handle) << result.error;
  site().wait_until_up(request.token);
  return request.token;
}

Finding ExecutorConformance::wait_for(const std::string& token, Presence wanted) {
  return ask_until(site(), wanted, [&] { return executor().find(token); });
}

Finding ExecutorConformance::wait_for_listed(const std::string& token, Presence wanted) {
  return ask_until(site(), wanted, [&] {
    for (Finding& finding : executor().list()) {
      if (finding.token == token) {
        return finding;
      }
    }
    Finding none;
    none.presence = Presence::kUnreachable;
    return none;
  });
}

std::vector<std::string> ExecutorConformance::listed(std::optional<Presence> presence) {
  std::vector<std::string> tokens;
  for (const Finding& finding : executor().list()) {
    if (!presence || finding.presence == *presence) {
      tokens.push_back(finding.token);
    }
  }
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

}  // namespace automl::executor
