// SPDX-License-Identifier: Apache-2.0
#include "cli/nearest_word.hpp"

#include <gtest/gtest.h>

namespace automl::cli {
namespace {

TEST(NearestWord, FindsWhatWasMeant) {
  const std::vector<std::string> words = {"start", "stop", "status", "board", "ps"};
  EXPECT_EQ(nearest_word("bord", words), "board");
  EXPECT_EQ(nearest_word("tsart", words), "start");
  EXPECT_EQ(nearest_word("sp", words), "ps");
  EXPECT_EQ(nearest_word("statsu", words), "status");
  EXPECT_EQ(nearest_word("frobnicate", words), "");
  EXPECT_EQ(nearest_word(std::string(100'000, 'x'), words), "");
}

}  // namespace
}  // namespace automl::cli
