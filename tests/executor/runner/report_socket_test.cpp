// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/report_socket.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace automl::executor {
namespace {

TEST(ParseReport, TakesReports) {
  std::string error;
  const auto report = parse_report(
      R"({"report": {"step": 3, "a": 0.5, "b": NaN, "c": -Infinity, "d": "nan", "e": true, "f": "1e-3"}})",
      error);
  ASSERT_TRUE(report) << error;
  EXPECT_EQ(report->step, 3);
  EXPECT_EQ(report->metrics.at("a"), 0.5);
  EXPECT_TRUE(std::isnan(report->metrics.at("b")));
  EXPECT_EQ(report->metrics.at("c"), -INFINITY);
  EXPECT_TRUE(std::isnan(report->metrics.at("d")));
  EXPECT_EQ(report->metrics.at("e"), 1);
  EXPECT_EQ(report->metrics.at("f"), 1e-3);
  EXPECT_FALSE(parse_report(R"({"report": {"a": 1}})", error)->step);
  EXPECT_EQ(parse_report(R"({"report": {"NaN": 1, "x": NaN}})", error)->metrics.at("NaN"), 1);
  EXPECT_TRUE(parse_report(R"({"verdict": {}})", error)->asks_only);
  EXPECT_EQ(parse_report(R"({"save": {"name": "model"}})", error)->save, "model");
}

TEST(ParseReport, TakesWhatIsUsed) {
  std::string error;
  const auto report = parse_report(
      R"({"uses": {"lr": 0.5, "depth": 3, "flag": true, "name": "a", "list": [1]}})", error);
  ASSERT_TRUE(report && report->uses) << error;
  std::map<std::string, idl::Value> values;
  for (const idl::Assignment& one : *report->uses) {
    values[one.parameter] = one.value;
  }
  EXPECT_EQ(values.at("lr").real, 0.5);
  EXPECT_EQ(values.at("depth").integer, 3);
  EXPECT_TRUE(values.at("flag").flag);
  EXPECT_EQ(values.at("name").text, "a");
  EXPECT_EQ(values.at("list").text, "[1]");
  for (const char* line :
       {R"({"uses": {"": 1}})", R"({"uses": [1]})", R"({"uses": {"a\nb": 1}})"}) {
    EXPECT_FALSE(parse_report(line, error)) << line;
  }
  EXPECT_TRUE(parse_report(R"({"uses": {}})", error)->uses->empty());
}

TEST(ParseReport, RefusesNamelessCheckpoints) {
  for (const char* line : {R"({"save": {}})",
                           R"({"save": "model"})",
                           R"({"save": {"name": 3}})",
                           R"({"save": {"name": ""}})",
                           R"({"save": {"name": "a\nb"}})"}) {
    std::string error;
    EXPECT_FALSE(parse_report(line, error)) << line;
    EXPECT_NE(error.find("a name of 1 to 200"), std::string::npos) << error;
  }
}

// Whatever comes in is a report within the bounds, or refused with a reason.
TEST(ParseReport, SurvivesAnyLine) {
  const std::string seeds[] = {
      R"({"report": {"step": 3, "a": 0.5, "b": NaN, "c": -Infinity, "d": "nan", "e": true}})",
      R"({"report": {"step": -9e15, "\u00e9\ud83d\ude00": 1e308, "x\\\"y": "1e-3"}})",
      R"({"verdict": {}, "report": [[[{"a": [1, 2, null]}]]]})"};
  const std::string pieces[] = {"\"",
                                "\\",
                                "{",
                                "}",
                                "[",
                                "]",
                                ":",
                                ",",
                                "NaN",
                                "-Infinity",
                                "1e999",
                                "\\u0000",
                                "\xff",
                                "report"};
  std::mt19937 dice(1);
  int taken = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string line = seeds[dice() % std::size(seeds)];
    for (unsigned changes = 1 + dice() % 3; changes > 0; --changes) {
      const std::size_t at = dice() % (line.size() + 1);
      const unsigned kind = dice() % 3;
      if (kind == 0 && at < line.size()) {
        line[at] = static_cast<char>(dice());
      } else if (kind == 1) {
        line.insert(at, pieces[dice() % std::size(pieces)]);
      } else {
        line.erase(at, dice() % 8);
      }
    }
    std::string error;
    const auto report = parse_report(line, error);
    ASSERT_NE(report.has_value(), !error.empty()) << line;
    if (!report || report->asks_only) {
      continue;
    }
    ++taken;
    ASSERT_FALSE(report->metrics.empty()) << line;
    ASSERT_LE(std::abs(report->step.value_or(0)), 9'000'000'000'000'000) << line;
    for (const auto& [name, value] : report->metrics) {
      ASSERT_TRUE(!name.empty() && name.size() <= 200 && name != "step") << line;
    }
  }
  EXPECT_GT(taken, 1'000);
}

TEST(ParseReport, RefusesAnythingElseInOneSentence) {
  const std::string deep(100'000, '[');
  const std::string lines[] = {"",
                               "x",
                               "{",
                               "[]",
                               "null",
                               "3",
                               "{}",
                               R"({"report": 3})",
                               R"({"report": []})",
                               R"({"report": {}})",
                               R"({"report": {"step": 3}})",
                               R"({"report": {"a": null}})",
                               R"({"report": {"a": [1]}})",
                               R"({"report": {"a": {"b": 1}}})",
                               R"({"report": {"a": "high"}})",
                               R"({"report": {"step": 1.5, "a": 1}})",
                               R"({"report": {"step": NaN, "a": 1}})",
                               R"({"report": {"step": 1e300, "a": 1}})",
                               R"({"report": {"": 1}})",
                               R"({"report": {"a\u0000b": 1}})",
                               "{\"report\": {\"" + std::string(300, 'n') + "\": 1}}",
                               "{\"report\": {\"\xff\": 1}}",
                               deep,
                               R"({"report": {"a": )" + deep};
  for (const std::string& line : lines) {
    std::string error;
    EXPECT_FALSE(parse_report(line, error)) << line.substr(0, 80);
    EXPECT_FALSE(error.empty()) << line.substr(0, 80);
  }
}

class ReportSocketTest : public ::testing::Test {
 protected:
  ReportSocketTest() {
    char name[] = "/tmp/automl-socket-test-XXXXXX";
    folder_ = mkdtemp(name);
    socket_ = std::make_unique<ReportSocket>(
        folder_ + "/socket",
        [this](const ProgramReport& r) {
          reports_.push_back(r);
          idl::Verdict verdict;
          verdict.action = action_;
          verdict.reason = "be\ncause";
          return verdict;
        },
        nullptr);
  }
  ~ReportSocketTest() override {
    socket_.reset();
    rmdir(folder_.c_str());
  }

  int connect_client(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    EXPECT_EQ(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return client;
  }

  // As the runner's loop does, until nothing more is to be done.
  void serve() {
    std::vector<pollfd> polled;
    do {
      polled.clear();
      socket_->add_to(polled);
      if (poll(polled.data(), polled.size(), 0) <= 0) {
        return;
      }
      socket_->serve(polled, 0);
    } while (true);
  }

  std::string answers(int client) {
    std::string text;
    char buffer[4096];
    for (ssize_t count = 0; (count = read(client, buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

  void say(int client, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t count = send(client, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      at += count > 0 ? static_cast<std::size_t>(count) : 0;
      serve();
    }
    serve();
  }

  std::string folder_;
  std::vector<ProgramReport> reports_;
  idl::VerdictAction::type action_ = idl::VerdictAction::PROCEED;
  std::unique_ptr<ReportSocket> socket_;
};

TEST_F(ReportSocketTest, AnswersEachLine) {
  const int client = connect_client(socket_->path());
  say(client, "{\"report\": {\"a\": 1}}\n{\"rep");
  say(client, "ort\": {\"a\": 2}}\n");
  EXPECT_EQ(answers(client),
            "{\"reason\":\"be\\ncause\",\"verdict\":\"continue\"}\n"
            "{\"reason\":\"be\\ncause\",\"verdict\":\"continue\"}\n");
  action_ = idl::VerdictAction::STOP;
  say(client, "{\"verdict\": {}}\n");
  EXPECT_NE(answers(client).find("\"stop\""), std::string::npos);
  ASSERT_EQ(reports_.size(), 3U);
  EXPECT_EQ(reports_[1].metrics.at("a"), 2);
  close(client);
}

TEST_F(ReportSocketTest, RefusesALineOfTenMegabytesOnce) {
  const int client = connect_client(socket_->path());
  say(client,
      "{\"report\": {\"a\": \"" + std::string(10'000'000, '1') + "\"}}\n{\"verdict\": {}}\n");
  EXPECT_EQ(answers(client),
            "{\"error\":\"a line has at most 1 MiB\"}\n"
            "{\"reason\":\"be\\ncause\",\"verdict\":\"continue\"}\n");
  EXPECT_EQ(reports_.size(), 1U);
  close(client);
}

TEST_F(ReportSocketTest, IsNotBlockedByOneThatDoesNotRead) {
  const int deaf = connect_client(socket_->path());
  std::string many;
  for (int i = 0; i < 20'000; ++i) {
    many += "{\"report\": {\"a\": 1}}\n";
  }
  say(deaf, many);
  EXPECT_EQ(reports_.size(), 20'000U);
  const int other = connect_client(socket_->path());
  say(other, "{\"verdict\": {}}\n");
  EXPECT_NE(answers(other), "");
  // What it reads at last are whole lines.
  const std::string late = answers(deaf);
  EXPECT_EQ(late.substr(0, 10), "{\"reason\":");
  std::size_t start = 0;
  for (std::size_t end = 0; (end = late.find('\n', start)) != std::string::npos; start = end + 1) {
    EXPECT_EQ(late.substr(start, end - start), late.substr(0, late.find('\n')));
  }
  close(deaf);
  close(other);
}

TEST_F(ReportSocketTest, TakesWhatWasSentBeforeTheEnd) {
  const int client = connect_client(socket_->path());
  const std::string line = "{\"report\": {\"a\": 1}}\n";
  ASSERT_EQ(write(client, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  close(client);
  socket_->drain();
  EXPECT_EQ(reports_.size(), 1U);
}

TEST_F(ReportSocketTest, RefusesConnectionsBeyondReason) {
  std::vector<int> clients;
  for (int i = 0; i < 300; ++i) {
    clients.push_back(connect_client(socket_->path()));
    serve();
  }
  EXPECT_NE(answers(clients.back()).find("too many"), std::string::npos);
  say(clients.front(), "{\"verdict\": {}}\n");
  EXPECT_NE(answers(clients.front()), "");
  for (const int client : clients) {
    close(client);
  }
  serve();
}

TEST(ReportSocketPath, MovesToAShorterPlaceWhereNeeded) {
  std::string path;
  {
    ReportSocket socket(
        "/tmp/" + std::string(120, 'x') + "/socket",
        [](const ProgramReport&) { return idl::Verdict(); },
        nullptr);
    path = socket.path();
    EXPECT_LT(path.size(), 60U);
    struct stat facts {};
    EXPECT_EQ(stat(path.substr(0, path.rfind('/')).c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0700U);
  }
  EXPECT_NE(access(path.substr(0, path.rfind('/')).c_str(), F_OK), 0);
}

}  // namespace
}  // namespace automl::executor
