// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdlib.h>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/server/thrift_server.hpp"
#include "engine/system_doors.hpp"

#include "idl/connection.hpp"
#include "storage/sqlite/open.hpp"

namespace automl::engine::server {

// Launches by saying so: tests play the runner.
class AcceptingExecutor : public executor::Executor {
 public:
  executor::Capabilities capabilities() const override { return {.name = "accepting"}; }
  executor::LaunchResult launch(const executor::LaunchRequest& request) override {
    const std::lock_guard lock(mutex_);
    tokens_.push_back(request.token);
    changed_.notify_all();
    return {.handle = "accepted", .error = {}};
  }
  void cancel(const std::string&) override {}
  executor::Finding find(const std::string& token) override {
    return {token, executor::Presence::kRunning, "accepted", {}};
  }
  std::vector<executor::Finding> list() override { return {}; }
  std::vector<idl::Node> capacity() override {
    idl::Node node;
    node.name = "here";
    node.cpus = 4;
    node.memory_bytes = std::int64_t{8} << 30;
    return {node};
  }
  // The token of the launch with this index; waits for it, at most 10 s.
  std::string token(std::size_t index) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return tokens_.size() > index; });
    return tokens_.at(index);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> tokens_;
};

// A fresh folder, gone with this object.
class TemporaryHome {
 public:
  TemporaryHome() {
    char pattern[] = "/tmp/automl-server-test-XXXXXX";
    path_ = mkdtemp(pattern);
  }
  ~TemporaryHome() { std::filesystem::remove_all(path_); }
  TemporaryHome(const TemporaryHome&) = delete;
  TemporaryHome& operator=(const TemporaryHome&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A whole engine but for its executor, in a home folder of its own.
class RunningServer {
 public:
  explicit RunningServer(Principal owner = own_principal(), ServerOptions options = {}) {
    settings_.home = home_;
    settings_.version = "test";
    storage_ = storage::open_sqlite(home_ + "/automl.db");
    core_ = std::make_unique<Core>(*storage_, executor_.capabilities(), clock_, random_, settings_);
    logs_ = std::make_unique<LogFiles>(home_);
    archives_ = std::make_unique<Archives>(home_);
    loop_ = std::make_unique<EventLoop>(*core_, executor_, clock_, *logs_, LoopOptions());
    services_ = std::make_unique<Services>(Services{
        *loop_, *logs_, *archives_, settings_, clock_.wall_ms(), Authorizer(std::move(owner))});
    options.unix_path = socket();
    server_ = std::make_unique<ThriftServer>(*services_, options);
    thread_ = std::thread([this] { loop_->run(); });
  }
  ~RunningServer() {
    loop_->stop();
    thread_.join();
    server_.reset();
    loop_.reset();
  }

  std::string socket() const { return home_ + "/engine.sock"; }
  const std::string& home() const { return home_; }
  std::unique_ptr<idl::Connection> connect() const {
    return std::make_unique<idl::Connection>(idl::parse_endpoint("unix:" + socket()));
  }
  Services& services() { return *services_; }
  EventLoop& loop() { return *loop_; }
  AcceptingExecutor& executor() { return executor_; }
  int tcp_port() const { return server_->tcp_port(); }

 private:
  TemporaryHome folder_;  // first: it outlives the rest
  const std::string home_ = folder_.path();
  Settings settings_;
  SystemClock clock_;
  SystemRandom random_;
  AcceptingExecutor executor_;
  std::unique_ptr<storage::Storage> storage_;
  std::unique_ptr<Core> core_;
  std::unique_ptr<LogFiles> logs_;
  std::unique_ptr<Archives> archives_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<ThriftServer> server_;
  std::thread thread_;
};

}  // namespace automl::engine::server
