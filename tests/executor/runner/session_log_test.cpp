// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/session_log.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "executor/runner/output_stream.hpp"

namespace automl::executor {
namespace {

class SessionLogTest : public ::testing::Test {
 protected:
  SessionLogTest() {
    char name[] = "/tmp/automl-log-test-XXXXXX";
    close(mkstemp(name));
    path_ = name;
  }
  ~SessionLogTest() override { unlink(path_.c_str()); }

  std::string path_;
};

std::string everything(const SessionLog& log) { return log.read(0, 1 << 30); }

TEST_F(SessionLogTest, StampsLines) {
  SessionLog log(path_, 1 << 20);
  log.add("out", "hello", false);
  log.add("err", "part", true);
  log.flush();
  const std::string text = everything(log);
  ASSERT_EQ(text.size(), 25 + 9 + 1 + 25 + 9 + 1U) << text;
  EXPECT_EQ(text[4], '-');
  EXPECT_EQ(text[10], 'T');
  EXPECT_EQ(text[19], '.');
  EXPECT_EQ(text.substr(23, 12), "Z out hello\n");
  EXPECT_EQ(text.substr(text.size() - 12), "Z err+ part\n");
  EXPECT_EQ(log.written(), static_cast<std::int64_t>(text.size()));
}

TEST_F(SessionLogTest, KeepsBothEndsWithinTheLimit) {
  for (const std::int64_t limit : {0, 100, 5'000, 100'000, 9'000'000}) {
    SessionLog log(path_, limit);
    std::int64_t all = 0;
    for (int i = 0; i < 200'000; ++i) {
      const std::string line = "line " + std::to_string(i);
      log.add("out", line, false);
      all += static_cast<std::int64_t>(line.size()) + 30;
    }
    log.finish();
    const std::string text = everything(log);
    EXPECT_LE(static_cast<std::int64_t>(text.size()), limit + 200) << limit;
    if (all <= limit - (2 << 20)) {
      EXPECT_EQ(log.dropped(), 0);
    }
    if (limit >= 5'000) {
      EXPECT_NE(text.find(" line 0\n"), std::string::npos);
      EXPECT_NE(text.find(" line 199999\n"), std::string::npos);
      EXPECT_GE(static_cast<std::int64_t>(text.size()) + log.dropped(), all);
    }
  }
}

TEST_F(SessionLogTest, SaysSoOnceThatSomethingIsMissing) {
  SessionLog log(path_, 2'000);
  for (int i = 0; i < 1'000; ++i) {
    log.add("out", "0123456789", false);
  }
  log.finish();
  const std::string text = everything(log);
  const auto first = text.find("[automl: ");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("[automl: ", first + 1), std::string::npos);
  EXPECT_EQ(std::strtoll(text.c_str() + first + 9, nullptr, 10), log.dropped());
}

TEST_F(SessionLogTest, GoesOnReadingWhatADeadRunnerLeft) {
  {
    SessionLog log(path_, 1 << 20);
    log.add("out", "hello", false);
    log.flush();
  }
  SessionLog log(path_, 1 << 20, true);
  EXPECT_NE(everything(log).find("hello"), std::string::npos);
}

TEST_F(SessionLogTest, NeedsAPlace) {
  EXPECT_THROW(SessionLog("/no/such/folder/log", 1), std::runtime_error);
}

TEST(Printable, ReplacesWhatIsNoText) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(printable("plain\ttext"), "plain\ttext");
  EXPECT_EQ(printable("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x99\x82"),
            "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x99\x82");
  EXPECT_EQ(printable("\x1b[31m"), mark + "[31m");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a" + mark + "b");
  EXPECT_EQ(printable("\xc3"), mark);
  EXPECT_EQ(printable("\xc0\xaf"), mark + mark);             // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), mark + mark + mark);  // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), mark + mark + mark + mark);
  EXPECT_EQ(printable("\x7f"), mark);
}

TEST(WholeCharacters, AreNotCut) {
  const std::string euro = "\xe2\x82\xac\xe2\x82\xac";
  EXPECT_EQ(whole_characters(euro, 6), 6U);
  EXPECT_EQ(whole_characters(euro, 5), 3U);
  EXPECT_EQ(whole_characters(euro, 4), 3U);
  EXPECT_EQ(whole_characters(euro, 3), 3U);
  EXPECT_EQ(whole_characters("\x80\x80\x80\x80\x80\x80", 5), 5U);
  EXPECT_EQ(whole_characters("\x80\x80\x80", 1), 1U);
}

// Lines come out the same however the bytes are cut on their way.
TEST_F(SessionLogTest, LinesDoNotDependOnHowTheyArrive) {
  std::string sent = "one\n\ntwo\r\nthree\rfour\r\n";
  sent += std::string(70'000, 'x') + "\n" + std::string(16'384, 'y') + "\nend";
  std::vector<std::string> expected = {
      "one", "", "two", "three", "four", std::string(65'536, 'x'), std::string(16'384, 'y'), "end"};
  for (const std::size_t piece : {1UL, 2UL, 3UL, 7UL, 1'000UL, 100'000UL}) {
    SessionLog log(path_, 1 << 20);
    std::vector<std::string> lines;
    OutputStream stream("out", log, [&](std::string_view line) { lines.emplace_back(line); });
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    stream.open(pipe_ends[0]);
    for (std::size_t at = 0; at < sent.size(); at += piece) {
      const std::string part = sent.substr(at, piece);
      ASSERT_EQ(write(pipe_ends[1], part.data(), part.size()), static_cast<ssize_t>(part.size()));
      stream.read_some(4);
    }
    close(pipe_ends[1]);
    stream.read_some(4);
    stream.finish();
    EXPECT_EQ(stream.fd(), -1);
    EXPECT_EQ(lines, expected) << piece;
    log.flush();
    std::size_t marks = 0;
    for (const char c : everything(log)) {
      marks += c == 'x' || c == 'y' ? 1 : 0;
    }
    EXPECT_EQ(marks, 86'384U);
  }
}

}  // namespace
}  // namespace automl::executor
