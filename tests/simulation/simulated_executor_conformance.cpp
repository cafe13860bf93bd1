// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/executor/site.hpp"
#include "tests/simulation/simulated_engine.hpp"

namespace automl::simulation {

namespace {

// The simulated executor without faults and with an engine that is away: runners live and wait.
class SimulatedSite : public executor::Site {
 public:
  SimulatedSite()
      : world_(1, false),
        nodes_(world_),
        observer_(world_, settings_, nodes_.records()),
        executor_(world_, nodes_),
        engine_(world_, observer_, executor_, settings_),
        network_(world_, nodes_, engine_) {
    world_.faults.stop();
    executor_.set_runners([this](const executor::LaunchRequest& request) {
      ++starts_[request.token];
      return std::make_unique<SimulatedRunner>(world_, observer_, network_, request);
    });
  }

  executor::Executor& executor() override { return executor_; }
  void restart() override { executor_.forget_reports(); }

  executor::LaunchRequest request() override {
    executor::LaunchRequest request;
    request.token = world_.dice.hex(32);
    request.placement.node = nodes_.records().front().name;
    return request;
  }

  void wait_until_up(const std::string& token) override {
    EXPECT_EQ(executor_.runners().count(token), 1U);
  }
  void wait_a_moment() override { world_.agenda.do_next(); }
  int starts(const std::string& token) override { return starts_[token]; }
  bool anything_lives(const std::string& token) override {
    const auto found = executor_.runners().find(token);
    return found != executor_.runners().end() &&
           (found->second->alive() || found->second->program_alive());
  }
  void kill_runner(const std::string& token) override {
    executor_.runners().at(token)->kill_runner();
  }
  void let_launches_fail(bool fail) override { cut_off(fail); }
  bool can_be_cut_off() const override { return true; }
  void cut_off(bool cut) override {
    if (cut) {
      nodes_.cut(nodes_.records().front().name, 3'600'000, true);
    } else {
      nodes_.heal();
    }
  }

 private:
  engine::Settings settings_;
  World world_;
  Nodes nodes_;
  Observer observer_;
  SimulatedExecutor executor_;
  SimulatedEngine engine_;
  Network network_;
  std::map<std::string, int> starts_;
};

}  // namespace

}  // namespace automl::simulation

namespace automl::executor {

INSTANTIATE_TEST_SUITE_P(Simulated,
                         ExecutorConformance,
                         testing::Values(SiteMaker{
                             "simulated",
                             [] { return std::make_unique<simulation::SimulatedSite>(); }}));

}  // namespace automl::executor
