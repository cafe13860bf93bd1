// SPDX-License-Identifier: Apache-2.0
// The view of a running study on a real terminal.
#include <gmock/gmock.h>

#include "tests/cli/program_fixture.hpp"

namespace automl::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class TerminalTest : public ProgramTest {
 protected:
  std::unique_ptr<Program> start(std::map<std::string, std::string> more = {}) {
    serve();
    more.merge(environment());
    return std::make_unique<Program>(
        folder_, std::vector<std::string>{"start", "digits"}, more, 80);
  }
  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++found;
    }
    return found;
  }
};

TEST_F(TerminalTest, IsRedrawnInPlaceAndPutRightAgain) {
  auto program = start();
  ASSERT_TRUE(program->says("\x1b[7A"));  // up over the frame
  program->signal(SIGINT);
  const Outcome outcome = program->wait();
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(count(outcome.out, "study digits"), 1u);
  EXPECT_GE(count(outcome.out, "21/40"), 2u);
  EXPECT_GT(outcome.out.rfind("\x1b[?25h"), outcome.out.rfind("\x1b[?25l"));  // the cursor is back
  EXPECT_GT(outcome.out.rfind("\x1b[?7h"), outcome.out.rfind("\x1b[?7l"));
  EXPECT_THAT(outcome.out, EndsWith("automl stop digits ends it\r\n"));
}

TEST_F(TerminalTest, GivesWayToTheSummary) {
  auto program = start();
  ASSERT_TRUE(program->says("21/40"));
  engine_->change([](idl::StudyStatus& status) {
    status.study.state = idl::StudyState::DONE;
    status.trials_running = 0;
  });
  const Outcome outcome = program->wait();
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("\x1b[J"));
  EXPECT_THAT(outcome.out, HasSubstr("\x1b[32mdone\x1b[0m in 0:48"));
}

TEST_F(TerminalTest, HasNoColoursWhenNotWanted) {
  auto program = start({{"NO_COLOR", "1"}});
  ASSERT_TRUE(program->says("\x1b[7A"));
  program->signal(SIGTERM);
  const Outcome outcome = program->wait();
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b[3")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b[1m")));
}

TEST_F(TerminalTest, IsLinesOnADumbTerminal) {
  auto program = start({{"TERM", "dumb"}});
  ASSERT_TRUE(program->says("#4 complete"));
  program->signal(SIGINT);
  const Outcome outcome = program->wait();
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace automl::cli
