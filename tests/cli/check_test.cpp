// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/cli/program_fixture.hpp"

namespace automl::cli {
namespace {

using testing::HasSubstr;

class CheckTest : public ProgramTest {};

TEST_F(CheckTest, TellsAsStartDoesWhatMayNotBeMeant) {
  engine_->checked.notes = {"pbt: the 2 trials are the population"};
  const std::string file = folder_.write("study.yaml", "study: digits\n");
  EXPECT_THAT(run({"check", file}).out,
              HasSubstr("\nnote: pbt: the 2 trials are the population\n"));
  EXPECT_THAT(run({"start", "-d", file}).err,
              HasSubstr("note: pbt: the 2 trials are the population\n"));
}

}  // namespace
}  // namespace automl::cli
