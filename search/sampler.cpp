// SPDX-License-Identifier: Apache-2.0
#include "search/sampler.hpp"

#include <cstddef>

#include "search/digits.hpp"

namespace automl::search {

std::string explanation(const Suggestion& suggestion, const std::vector<bool>& maximized) {
  std::string text = suggestion.reason;
  for (std::size_t k = 0; k < suggestion.expected.size(); ++k) {
    const Expectation& expected = suggestion.expected[k];
    const bool turned = k < maximized.size() && maximized[k];
    const double low = turned ? -expected.high : expected.low;
    const double high = turned ? -expected.low : expected.high;
    text += (k == 0 ? ", predicted " : " and ") + digits(turned ? -expected.mean : expected.mean) +
            " (" + digits(low) + " to " + digits(high) + ")";
  }
  return text;
}

}  // namespace automl::search
