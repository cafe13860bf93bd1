// SPDX-License-Identifier: Apache-2.0
#include "tests/executor/runner/fake_gate.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <unistd.h>

#include <thrift/processor/TMultiplexedProcessor.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TServerSocket.h>

namespace automl::executor::testing {

namespace thrift = apache::thrift;

// Calls of one connection.
class FakeGate::Handler : public idl::RunnerGateIf {
 public:
  Handler(FakeGate& gate, std::shared_ptr<thrift::transport::TTransport> connection)
      : gate_(gate), connection_(std::move(connection)) {}

  void register_runner(idl::RunnerOrder& reply,
                       const std::string&,
                       const idl::RunnerIdentity& runner) override {
    refuse_if_asked_to();
    {
      const std::lock_guard lock(gate_.mutex_);
      ++gate_.record_.registrations;
      gate_.record_.handles.push_back(runner.handle);
      reply = gate_.order_;
      reply.attempt.acknowledged_sequence =
          static_cast<std::int64_t>(gate_.record_.measurements.size());
    }
    end_of_call();
  }

  void report(idl::ReportReply& reply, const std::string&, const idl::ReportBatch& batch) override {
    refuse_if_asked_to();
    {
      const std::lock_guard lock(gate_.mutex_);
      GateRecord& record = gate_.record_;
      ++record.reports;
      for (const idl::Measurement& measurement : batch.measurements) {
        const auto known = static_cast<std::int64_t>(record.measurements.size());
        if (measurement.sequence <= known) {
          ++record.repeated;
          continue;
        }
        record.in_order = record.in_order && measurement.sequence == known + 1;
        record.measurements.push_back(measurement);
      }
      for (const idl::LogPiece& piece : batch.log) {
        const auto end = static_cast<std::size_t>(piece.offset) + piece.bytes.size();
        record.log.resize(std::max(record.log.size(), end));
        record.log.replace(static_cast<std::size_t>(piece.offset), piece.bytes.size(), piece.bytes);
      }
      for (const idl::Checkpoint& checkpoint : batch.checkpoints) {
        if (record.checkpoints.empty() || record.checkpoints.back().number < checkpoint.number) {
          record.checkpoints.push_back(checkpoint);
        }
      }
      if (batch.__isset.started_from) {
        record.starts.push_back(batch.started_from);
      }
      for (const idl::Assignment& one : batch.used) {
        record.used[one.parameter] = one.value;
      }
      record.most_memory_bytes = std::max(record.most_memory_bytes, batch.memory_bytes);
      reply.acknowledged_sequence = static_cast<std::int64_t>(record.measurements.size());
      reply.verdict = gate_.verdict_;
    }
    end_of_call();
  }

  void finish(const std::string&, const idl::ExitReport& exit) override {
    refuse_if_asked_to();
    {
      const std::lock_guard lock(gate_.mutex_);
      ++gate_.record_.finishes;
      gate_.record_.exits.push_back(exit);
    }
    end_of_call();
  }

 private:
  void refuse_if_asked_to() {
    if (gate_.superseded_) {
      idl::Superseded refusal;
      refusal.message = "another attempt has taken over";
      throw refusal;
    }
    if (gate_.unavailable_) {
      throw idl::Unavailable();
    }
  }

  void end_of_call() {
    gate_.changed_.notify_all();
    if (gate_.replies_to_lose_ > 0) {
      --gate_.replies_to_lose_;
      connection_->close();
    }
  }

  FakeGate& gate_;
  std::shared_ptr<thrift::transport::TTransport> connection_;
};

class FakeGate::HandlerFactory : public thrift::TProcessorFactory {
 public:
  explicit HandlerFactory(FakeGate& gate) : gate_(gate) {}

  std::shared_ptr<thrift::TProcessor> getProcessor(const thrift::TConnectionInfo& info) override {
    auto processor = std::make_shared<thrift::TMultiplexedProcessor>();
    processor->registerProcessor("runner",
                                 std::make_shared<idl::RunnerGateProcessor>(
                                     std::make_shared<Handler>(gate_, info.transport)));
    return processor;
  }

 private:
  FakeGate& gate_;
};

// Tells when connections are accepted.
class FakeGate::Serving : public thrift::server::TServerEventHandler {
 public:
  void preServe() override { serving_.set_value(); }
  void wait() { serving_.get_future().wait(); }

 private:
  std::promise<void> serving_;
};

FakeGate::FakeGate(std::string socket) : socket_(std::move(socket)) {
  verdict_.action = idl::VerdictAction::PROCEED;
}

FakeGate::~FakeGate() { stop(); }

void FakeGate::start() {
  unlink(socket_.c_str());
  auto listener = std::make_shared<thrift::transport::TServerSocket>(socket_);
  listener->setInterruptableChildren(true);
  server_ = std::make_shared<thrift::server::TThreadedServer>(
      std::make_shared<HandlerFactory>(*this),
      listener,
      std::make_shared<thrift::transport::TFramedTransportFactory>(),
      std::make_shared<thrift::protocol::TBinaryProtocolFactory>());
  const auto serving = std::make_shared<Serving>();
  server_->setServerEventHandler(serving);
  thread_ = std::thread([this] { server_->serve(); });
  serving->wait();
}

void FakeGate::stop() {
  if (thread_.joinable()) {
    server_->stop();
    thread_.join();
    server_.reset();
    unlink(socket_.c_str());
  }
}

GateRecord FakeGate::record() const {
  const std::lock_guard lock(mutex_);
  return record_;
}

bool FakeGate::wait_for(const std::function<bool(const GateRecord&)>& wanted) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return wanted(record_); });
}

void FakeGate::set_order(idl::RunnerOrder order) {
  const std::lock_guard lock(mutex_);
  order_ = std::move(order);
}

void FakeGate::set_verdict(idl::VerdictAction::type action, const std::string& reason, bool kill) {
  const std::lock_guard lock(mutex_);
  verdict_.action = action;
  verdict_.reason = reason;
  verdict_.kill = kill;
}

}  // namespace automl::executor::testing
