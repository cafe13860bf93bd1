// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "executor/executor.hpp"

namespace automl::executor {

// Where an executor places runners, and the hand that makes things go wrong there. Every runner has
// a program that heeds no signal; both live until something here, or the executor, ends them.
class Site {
 public:
  virtual ~Site() = default;

  virtual Executor& executor() = 0;
  // The engine has died and another one has started: it knows what the site knows, no more.
  virtual void restart() = 0;
  virtual LaunchRequest request() = 0;  // with a new token

  // Waits until the runner is at work.
  virtual void wait_until_up(const std::string& token) = 0;
  // Time passes, so that what has been set off can happen.
  virtual void wait_a_moment() = 0;

  // How many runners were ever started for it.
  virtual int starts(const std::string& token) = 0;
  // Whether its runner or program live.
  virtual bool anything_lives(const std::string& token) = 0;

  // The runner dies at once and leaves nothing but its program.
  virtual void kill_runner(const std::string& token) = 0;
  // From now on no runner can be started, or it can again.
  virtual void let_launches_fail(bool fail) = 0;

  // What not every site can do.
  virtual bool leaves_results() const { return false; }
  // The runner ends its program and itself with a result that it could not tell; whoever is sent to
  // deliver it may manage to, or not.
  virtual void end_runner(const std::string& /*token*/, bool /*deliverable*/) {}
  virtual bool can_be_cut_off() const { return false; }
  virtual void cut_off(bool /*cut*/) {}
};

struct SiteMaker {
  std::string name;
  std::function<std::unique_ptr<Site>()> make;
};
inline void PrintTo(const SiteMaker& maker, std::ostream* out) { *out << maker.name; }

class ExecutorConformance : public testing::TestWithParam<SiteMaker> {
 protected:
  void SetUp() override { site_ = GetParam().make(); }

  Site& site() { return *site_; }
  Executor& executor() { return site_->executor(); }
  // A running attempt's token.
  std::string launch();
  Presence presence(const std::string& token) { return executor().find(token).presence; }
  // Asks until it is so, for 20 s at most.
  Finding wait_for(const std::string& token, Presence wanted);
  // What `list` says of it, once it says so; it is called until then.
  Finding wait_for_listed(const std::string& token, Presence wanted);
  // Tokens in `list`, sorted; those with one presence only, if given.
  std::vector<std::string> listed(std::optional<Presence> presence = std::nullopt);

 private:
  std::unique_ptr<Site> site_;
};

}  // namespace automl::executor
