// SPDX-License-Identifier: Apache-2.0
#include "engine/event_loop.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/study_search.hpp"
#include "engine/system_doors.hpp"

#include "storage/errors.hpp"

namespace automl::engine {

// The loop's tests bring a core of their own: what it does is set by each test.
struct ScriptedCore {
  std::function<std::vector<Effect>(std::vector<Event>)> turn;
  std::function<std::vector<Effect>()> start = [] { return std::vector<Effect>{}; };
  std::atomic<std::int64_t> deadline{INT64_MAX};
  std::atomic<bool> idle{true};
};
ScriptedCore* script = nullptr;

class StudyManager {};

Core::Core(storage::Storage& storage,
           executor::Capabilities capabilities,
           Clock& clock,
           Random& random,
           Settings settings)
    : storage_(storage),
      capabilities_(std::move(capabilities)),
      clock_(clock),
      random_(random),
      settings_(std::move(settings)) {
  (void)storage_;
  (void)clock_;
  (void)random_;
  (void)retry_at_ms_;
}
Core::~Core() = default;
std::vector<Effect> Core::start() { return script->start(); }
std::vector<Effect> Core::turn(std::vector<Event> events) {
  return script->turn(std::move(events));
}
std::int64_t Core::deadline() const { return script->deadline; }
bool Core::idle() const { return script->idle; }

namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

class CountingExecutor : public executor::Executor {
 public:
  executor::Capabilities capabilities() const override { return {.name = "counting"}; }
  executor::LaunchResult launch(const executor::LaunchRequest& request) override {
    if (request.token == "broken") {
      throw std::runtime_error("no more processes");
    }
    return {.handle = "handle of " + request.token, .error = {}};
  }
  void cancel(const std::string& token) override { cancelled = token; }
  executor::Finding find(const std::string& token) override {
    if (token == "hidden") {
      throw std::runtime_error("the node does not answer");
    }
    return {.token = token, .presence = executor::Presence::kGone, .handle = {}, .exit = {}};
  }
  std::vector<executor::Finding> list() override {
    return {{"alive", executor::Presence::kRunning, {}, {}},
            {"away", executor::Presence::kUnreachable, {}, {}}};
  }
  std::vector<idl::Node> capacity() override { return {idl::Node()}; }

  std::string cancelled;
};

// A loop on a thread of its own, with a fresh home folder.
class EventLoopTest : public testing::Test {
 protected:
  EventLoopTest() {
    char pattern[] = "/tmp/automl-loop-test-XXXXXX";
    home_ = mkdtemp(pattern);
    script = &script_;
    script_.turn = [](std::vector<Event> events) { return answers(events); };
  }
  ~EventLoopTest() override {
    stop();
    loop_.reset();
    std::filesystem::remove_all(home_);
  }

  void start(LoopOptions options = {}) {
    logs_ = std::make_unique<LogFiles>(home_);
    loop_ = std::make_unique<EventLoop>(*core_, executor_, clock_, *logs_, options);
    thread_ = std::thread([this] {
      try {
        end_ = loop_->run();
      } catch (const std::exception& error) {
        thrown_ = error.what();
      }
    });
  }
  void stop() {
    if (thread_.joinable()) {
      loop_->stop();
      thread_.join();
    }
  }

  // Answers every inspection with its payload, every batch with an acknowledgement.
  static std::vector<Effect> answers(std::vector<Event>& events) {
    std::vector<Effect> effects;
    for (Event& event : events) {
      if (auto* inspected = std::get_if<Inspected>(&event)) {
        effects.emplace_back(reply_with(inspected->call, inspected->read(StudyManager())));
      } else if (auto* batch = std::get_if<BatchReported>(&event)) {
        effects.emplace_back(reply_with(batch->call, idl::ReportReply()));
        effects.emplace_back(WriteLog{7, 1, batch->batch.log});
      }
    }
    return effects;
  }

  static Inspected ask_for(const std::string& version) {
    return {0, [version](const StudyManager&) {
              idl::EngineInfo info;
              info.version = version;
              return info;
            }};
  }

  static std::string refusal(const Payload& payload) {
    const auto* refusal = std::get_if<Refusal>(&payload);
    return refusal == nullptr ? "" : refusal->message;
  }

  std::string home_;
  ScriptedCore script_;
  SystemClock clock_;
  SystemRandom random_;
  CountingExecutor executor_;
  // The scripted core uses nothing of the store.
  alignas(8) char no_storage_[8] = {};
  std::unique_ptr<Core> core_ =
      std::make_unique<Core>(reinterpret_cast<storage::Storage&>(no_storage_),
                             executor::Capabilities(),
                             clock_,
                             random_,
                             Settings());
  std::unique_ptr<LogFiles> logs_;
  std::unique_ptr<EventLoop> loop_;
  std::thread thread_;
  EventLoop::End end_ = EventLoop::End::kStopped;
  std::string thrown_;
  bool complete_ = false;
};

TEST_F(EventLoopTest, HandsOnThatArtifactsAreDue) {
  std::promise<void> swept;
  script_.turn = [](std::vector<Event>) { return std::vector<Effect>{SweepArtifacts{}}; };
  logs_ = std::make_unique<LogFiles>(home_);
  loop_ = std::make_unique<EventLoop>(*core_, executor_, clock_, *logs_, LoopOptions());
  std::once_flag once;
  loop_->on_sweep([&] { std::call_once(once, [&] { swept.set_value(); }); });
  thread_ = std::thread([this] { loop_->run(); });
  loop_->post(TimerFired{});
  EXPECT_EQ(swept.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  stop();
}

TEST_F(EventLoopTest, GivesEachCallerItsOwnAnswer) {
  start();
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int client = 0; client < 8; ++client) {
    clients.emplace_back([&, client] {
      for (int i = 0; i < 500; ++i) {
        const std::string version = std::to_string(client) + "/" + std::to_string(i);
        const Payload answer = loop_->call(ask_for(version)).get();
        right += std::get<idl::EngineInfo>(answer).version == version ? 1 : 0;
      }
    });
  }
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(right, 8 * 500);
}

TEST_F(EventLoopTest, WhoWaitsDuringATurnSharesTheNextOne) {
  std::promise<void> go_on;
  std::shared_future<void> gate = go_on.get_future().share();
  std::atomic<int> turns{0};
  script_.turn = [&](std::vector<Event> events) {
    const bool asked = std::any_of(events.begin(), events.end(), [](const Event& event) {
      return std::holds_alternative<Inspected>(event);
    });
    if (asked && ++turns == 1) {
      gate.wait();
    }
    return answers(events);
  };
  start();
  std::vector<std::future<Payload>> replies;
  replies.push_back(loop_->call(ask_for("first")));
  while (turns == 0) {
    std::this_thread::yield();
  }
  for (int i = 0; i < 16; ++i) {
    replies.push_back(loop_->call(ask_for("later")));
  }
  go_on.set_value();
  for (auto& reply : replies) {
    EXPECT_TRUE(std::holds_alternative<idl::EngineInfo>(reply.get()));
  }
  EXPECT_EQ(turns, 2);
}

TEST_F(EventLoopTest, WritesLogsBeforeItAcknowledges) {
  start();
  BatchReported report;
  report.batch.log.resize(2);
  report.batch.log[0].bytes = "first line\n";
  report.batch.log[1].bytes = "second line\n";
  report.batch.log[1].offset = 11;
  for (int times = 0; times < 2; ++times) {
    const Payload answer = loop_->call(report).get();
    EXPECT_TRUE(std::holds_alternative<idl::ReportReply>(answer));
    EXPECT_EQ(logs_->read(7, 1, 0, 1000), "first line\nsecond line\n");
  }
  EXPECT_EQ(logs_->read(7, 1, 11, 6), "second");
  EXPECT_EQ(logs_->read(7, 1, 100, 6), "");
  EXPECT_EQ(logs_->read(7, 2, 0, 6), "");
}

TEST_F(EventLoopTest, DoesNotAcknowledgeWhatItCannotWrite) {
  start();
  std::filesystem::create_directories(home_ + "/sessions/7/attempt-1.log");  // in the way
  BatchReported report;
  report.batch.log.resize(1);
  report.batch.log[0].bytes = "line\n";
  EXPECT_EQ(refusal(loop_->call(report).get()), "the log cannot be written");
}

TEST_F(EventLoopTest, FiresTheTimerWhenItIsDue) {
  std::promise<void> fired;
  script_.deadline = clock_.monotonic_ms() + 30;
  script_.turn = [&](std::vector<Event> events) {
    for (const Event& event : events) {
      if (std::holds_alternative<TimerFired>(event)) {
        script_.deadline = INT64_MAX;
        fired.set_value();
      }
    }
    return std::vector<Effect>{};
  };
  const std::int64_t due = script_.deadline;
  start();
  ASSERT_EQ(fired.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_GE(clock_.monotonic_ms(), due);
}

TEST_F(EventLoopTest, EndsWithAnAnswerForEverybodyWhenItIsStopped) {
  script_.turn = [](std::vector<Event>) { return std::vector<Effect>{}; };  // never answers
  start();
  std::future<Payload> waiting = loop_->call(ask_for("x"));
  stop();
  EXPECT_EQ(refusal(waiting.get()), "the engine is stopping");
  EXPECT_EQ(refusal(loop_->call(ask_for("y")).get()), "the engine is stopping");
}

TEST_F(EventLoopTest, EndsWhenAnotherEngineHasTakenOver) {
  script_.turn = [](std::vector<Event> events) -> std::vector<Effect> {
    for (const Event& event : events) {
      if (std::holds_alternative<Inspected>(event)) {
        throw storage::Superseded("another engine owns the store");
      }
    }
    return {};
  };
  start();
  const Payload answer = loop_->call(ask_for("x")).get();
  EXPECT_EQ(std::get<Refusal>(answer).kind, Refusal::Kind::kUnavailable);
  EXPECT_EQ(refusal(answer), "the engine had to end: another engine owns the store");
  thread_.join();
  EXPECT_EQ(thrown_, "another engine owns the store");
}

TEST_F(EventLoopTest, ReportsWhatTheExecutorDid) {
  std::map<std::string, std::string> seen;
  std::promise<void> all;
  script_.start = [] {
    std::vector<Effect> effects;
    for (const char* token : {"t1", "broken"}) {
      Launch launch;
      launch.request.token = token;
      effects.emplace_back(std::move(launch));
    }
    effects.emplace_back(CancelAttempt{"t1"});
    effects.emplace_back(FindAttempt{"t2"});
    effects.emplace_back(FindAttempt{"hidden"});
    return effects;
  };
  script_.turn = [&](std::vector<Event> events) {
    for (const Event& event : events) {
      if (const auto* launched = std::get_if<LaunchReturned>(&event)) {
        seen[launched->token] = launched->result.handle.value_or(launched->result.error);
      } else if (const auto* found = std::get_if<AttemptFound>(&event)) {
        EXPECT_FALSE(seen.contains(found->finding.token)) << "posted twice";
        seen[found->finding.token] = std::to_string(static_cast<int>(found->finding.presence));
      } else if (std::holds_alternative<CapacityRead>(event)) {
        seen["capacity"] = "read";
      }
    }
    if (seen.size() == 7 && !std::exchange(complete_, true)) {
      all.set_value();
    }
    return std::vector<Effect>{};
  };
  start({.poll = milliseconds(5)});
  ASSERT_EQ(all.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  stop();
  EXPECT_EQ(seen["t1"], "handle of t1");
  EXPECT_EQ(seen["broken"], "no more processes");
  EXPECT_EQ(seen["t2"], "2");
  EXPECT_EQ(seen["hidden"], "3");
  EXPECT_EQ(seen["away"], "3");
  EXPECT_EQ(seen["alive"], "0") << "at the start, what runs is told too";
  EXPECT_EQ(executor_.cancelled, "t1");
}

TEST_F(EventLoopTest, EndsByItselfOnlyWhenIdleForLongEnough) {
  script_.idle = false;
  start({.idle_exit = milliseconds(40)});
  EXPECT_TRUE(std::holds_alternative<idl::EngineInfo>(loop_->call(ask_for("x")).get()));
  const std::int64_t before = clock_.monotonic_ms();
  while (clock_.monotonic_ms() < before + 100) {
    EXPECT_TRUE(std::holds_alternative<idl::EngineInfo>(loop_->call(ask_for("x")).get()));
  }
  script_.idle = true;
  thread_.join();
  EXPECT_EQ(end_, EventLoop::End::kIdle);
  EXPECT_GE(clock_.monotonic_ms(), before + 140);
}

}  // namespace
}  // namespace automl::engine
