// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/cli/program_fixture.hpp"

namespace automl::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ForkTest : public ProgramTest {};

TEST_F(ForkTest, StartsFromACheckpoint) {
  const Outcome newest = run({"fork", "digits/8"});
  EXPECT_EQ(newest.out, engine_->session.session.name + "\n");
  EXPECT_THAT(newest.err, HasSubstr("starts from checkpoint 7 of digits/8 (step 30)"));
  EXPECT_EQ(run({"fork", "digits/8", "3"}).code, 0);
  EXPECT_THAT(engine_->calls, ElementsAre("fork_session digits/8 0", "fork_session digits/8 3"));
  EXPECT_EQ(run({"fork", "digits/8", "0"}).code, 2);
}

}  // namespace
}  // namespace automl::cli
