// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/cli/program_fixture.hpp"

namespace automl::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RetryTest : public ProgramTest {};

TEST_F(RetryTest, SaysWhatIsTriedAgain) {
  EXPECT_EQ(run({"retry", "digits", "--failed"}).out,
            "study digits goes on; 2 configurations are to be tried\n");
  EXPECT_THAT(run({"retry", "digits"}).err, HasSubstr("automl retry digits --failed"));
  EXPECT_THAT(engine_->calls, ElementsAre("retry_failed"));
}

}  // namespace
}  // namespace automl::cli
