// SPDX-License-Identifier: Apache-2.0
#include "engine/event_loop.hpp"

#include <algorithm>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

namespace automl::engine {

namespace {

// Whatever is due, the loop looks around this often.
constexpr std::chrono::milliseconds kLongestWait{60'000};

Payload unavailable(std::string why) {
  return Refusal{Refusal::Kind::kUnavailable, std::move(why)};
}

// Events from outside that somebody waits for carry a CallId, in `caller` or in `call`.
void set_call(Event& event, CallId call) {
  std::visit(
      [call](auto& one) {
        if constexpr (requires { one.caller.call; }) {
          one.caller.call = call;
        } else if constexpr (requires { one.call; }) {
          one.call = call;
        }
      },
      event);
}

CallId call_of(const Event& event) {
  return std::visit(
      [](const auto& one) -> CallId {
        if constexpr (requires { one.caller.call; }) {
          return one.caller.call;
        } else if constexpr (requires { one.call; }) {
          return one.call;
        } else {
          return 0;
        }
      },
      event);
}

}  // namespace

EventLoop::EventLoop(Core& core,
                     executor::Executor& executor,
                     Clock& clock,
                     const LogFiles& logs,
                     LoopOptions options)
    : core_(core),
      clock_(clock),
      logs_(logs),
      options_(options),
      workers_(options.suggestion_threads,
               options.suggestion_deadline,
               [this](Event event) { post(std::move(event)); }),
      executor_thread_(executor, options.poll, [this](Event event) { post(std::move(event)); }) {}

EventLoop::~EventLoop() { refuse_all("the engine has stopped"); }

EventLoop::End EventLoop::run(const std::function<void()>& started) {
  busy_ms_ = clock_.monotonic_ms();
  try {
    carry_out(core_.start());
    publish_trouble();
    started();
    while (!queue_.closed()) {
      std::vector<Event> events = accept(queue_.take(options_.turn_limit, time_to_wait()));
      if (queue_.closed()) {
        break;
      }
      if (core_.deadline() <= clock_.monotonic_ms()) {
        events.emplace_back(TimerFired{});
      }
      if (!events.empty()) {
        turns_ += 1;
        events_ += events.size();
        carry_out(core_.turn(std::move(events)));
        publish_trouble();
      }
      if (idle_for_long() && queue_.close_if_empty()) {
        return End::kIdle;
      }
    }
  } catch (const std::exception& error) {
    spdlog::critical("the engine cannot go on: {}", error.what());
    refuse_all(std::string("the engine had to end: ") + error.what());
    throw;
  }
  refuse_all("the engine is stopping");
  return End::kStopped;
}

void EventLoop::stop() { queue_.close(); }

void EventLoop::post(Event event) {
  WaitingEvent waiting{std::move(event), std::nullopt};
  queue_.add(waiting);
}

std::future<Payload> EventLoop::call(Event event) {
  set_call(event, ++last_call_);
  WaitingEvent waiting{std::move(event), std::promise<Payload>()};
  std::future<Payload> reply = waiting.reply->get_future();
  if (!queue_.add(waiting)) {
    waiting.reply->set_value(unavailable("the engine is stopping"));
  }
  return reply;
}

std::string EventLoop::trouble() const {
  const std::lock_guard lock(trouble_mutex_);
  return trouble_;
}

LoopCounts EventLoop::counts() const { return {turns_.load(), events_.load()}; }

std::vector<Event> EventLoop::accept(std::vector<WaitingEvent> taken) {
  std::vector<Event> events;
  events.reserve(taken.size() + 1);
  for (WaitingEvent& waiting : taken) {
    if (waiting.reply) {
      callers_.emplace(call_of(waiting.event), std::move(*waiting.reply));
      busy_ms_ = clock_.monotonic_ms();
    }
    events.push_back(std::move(waiting.event));
  }
  return events;
}

void EventLoop::carry_out(std::vector<Effect> effects) {
  const bool logs_written = write_logs(effects);
  for (Effect& effect : effects) {
    std::visit(
        [&](auto& one) {
          using One = std::decay_t<decltype(one)>;
          if constexpr (std::is_same_v<One, Reply>) {
            if (logs_written || !std::holds_alternative<idl::ReportReply>(*one.payload)) {
              answer(one.call, *one.payload);
            } else {
              answer(one.call, unavailable("the log cannot be written"));
            }
          } else if constexpr (std::is_same_v<One, ComputeSuggestion>) {
            workers_.add(std::move(one));
          } else if constexpr (std::is_same_v<One, SweepArtifacts>) {
            sweep_();
          } else if constexpr (!std::is_same_v<One, WriteLog>) {
            executor_thread_.add(std::move(one));
          }
        },
        effect);
  }
}

bool EventLoop::write_logs(const std::vector<Effect>& effects) {
  bool written = true;
  for (const Effect& effect : effects) {
    const auto* log = std::get_if<WriteLog>(&effect);
    if (log == nullptr) {
      continue;
    }
    try {
      logs_.write(log->session_id, log->attempt, log->pieces);
    } catch (const std::exception& error) {
      spdlog::error("writing a log: {}", error.what());
      written = false;
    }
  }
  return written;
}

void EventLoop::answer(CallId call, const Payload& payload) {
  auto caller = callers_.extract(call);
  if (!caller.empty()) {
    caller.mapped().set_value(payload);
  }
}

void EventLoop::refuse_all(const std::string& why) {
  queue_.close();
  for (auto waiting = queue_.take(options_.turn_limit, {}); !waiting.empty();
       waiting = queue_.take(options_.turn_limit, {})) {
    accept(std::move(waiting));
  }
  for (auto& [call, reply] : callers_) {
    reply.set_value(unavailable(why));
  }
  callers_.clear();
}

std::chrono::milliseconds EventLoop::time_to_wait() const {
  const std::int64_t now = clock_.monotonic_ms();
  std::chrono::milliseconds wait = kLongestWait;
  const std::int64_t deadline = core_.deadline();
  if (deadline < now + wait.count()) {
    wait = std::chrono::milliseconds(std::max<std::int64_t>(deadline - now, 0));
  }
  if (options_.idle_exit.count() > 0) {
    const std::int64_t left = busy_ms_ + options_.idle_exit.count() - now;
    wait = std::min(wait, std::chrono::milliseconds(std::max<std::int64_t>(left, 0)));
  }
  return wait;
}

bool EventLoop::idle_for_long() {
  if (options_.idle_exit.count() == 0) {
    return false;
  }
  const std::int64_t now = clock_.monotonic_ms();
  const bool idle = callers_.empty() && core_.idle();
  if (!idle || !was_idle_) {
    busy_ms_ = now;
  }
  was_idle_ = idle;
  return now - busy_ms_ >= options_.idle_exit.count();
}

void EventLoop::publish_trouble() {
  const std::lock_guard lock(trouble_mutex_);
  if (trouble_ != core_.trouble()) {
    trouble_ = core_.trouble();
    if (trouble_.empty()) {
      spdlog::info("the store is back");
    } else {
      spdlog::error("the store cannot be used: {}", trouble_);
    }
  }
}

}  // namespace automl::engine
