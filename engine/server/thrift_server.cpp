// SPDX-License-Identifier: Apache-2.0
#include "engine/server/thrift_server.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <exception>
#include <fcntl.h>
#include <future>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <spdlog/spdlog.h>
#include <thrift/concurrency/ThreadFactory.h>
#include <thrift/concurrency/ThreadManager.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TNonblockingServer.h>
#include <thrift/transport/TNonblockingServerSocket.h>

#include "engine/server/connection_processor.hpp"
#include "engine/server/connections.hpp"

namespace automl::engine::server {

namespace concurrency = apache::thrift::concurrency;
namespace protocol = apache::thrift::protocol;
namespace transport = apache::thrift::transport;
using NonblockingServer = apache::thrift::server::TNonblockingServer;

namespace {

constexpr std::chrono::seconds kLastCalls{5};
// For answers on their way out when the engine ends.
constexpr std::chrono::milliseconds kLastAnswers{50};

void route_thrift_messages() {
  apache::thrift::GlobalOutput.setOutputFunction(
      [](const char* message) { spdlog::debug("thrift: {}", message); });
}

// Programs that the engine starts must not inherit a socket.
void close_on_exec(int socket) { ::fcntl(socket, F_SETFD, FD_CLOEXEC); }

bool is_loopback(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

std::shared_ptr<transport::TNonblockingServerSocket> unix_socket(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    throw std::runtime_error("the path " + path + " is too long for a socket (at most " +
                             std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                             " bytes); choose a shorter home");
  }
  // Left by an engine that was killed; a living one is kept out by the lock on the home folder.
  ::unlink(path.c_str());
  return std::make_shared<transport::TNonblockingServerSocket>(path);
}

std::shared_ptr<transport::TNonblockingServerSocket> tcp_socket(const std::string& host, int port) {
  if (!is_loopback(host)) {
    throw std::runtime_error("cannot listen on " + host +
                             ": without TLS only loopback addresses (127.0.0.1) are allowed");
  }
  return std::make_shared<transport::TNonblockingServerSocket>(host, port);
}

}  // namespace

// One listening socket with its threads.
class ThriftServer::Listener {
 public:
  Listener(Services& services,
           Connections& connections,
           const ServerOptions& options,
           std::shared_ptr<transport::TNonblockingServerSocket> socket)
      : socket_(std::move(socket)) {
    socket_->setListenCallback(close_on_exec);
    socket_->setAcceptCallback(close_on_exec);
    workers_ = concurrency::ThreadManager::newSimpleThreadManager(
        static_cast<std::size_t>(options.threads));
    workers_->threadFactory(std::make_shared<concurrency::ThreadFactory>(false));
    workers_->start();
    const auto factory =
        std::make_shared<ConnectionProcessorFactory>(services, connections, options.depth);
    server_ = std::make_unique<NonblockingServer>(
        factory,
        std::make_shared<protocol::TBinaryProtocolFactory>(
            options.string_bytes, options.container_elements, true, true),
        socket_,
        workers_);
    server_->setServerEventHandler(factory);
    server_->setMaxFrameSize(static_cast<std::size_t>(options.frame_bytes));
    // Connections are cut at the limit; this is the wall behind it.
    server_->setMaxConnections(options.connections + options.connections / 4 + 16);
    server_->setOverloadAction(apache::thrift::server::T_OVERLOAD_CLOSE_ON_ACCEPT);
    start();
  }

  ~Listener() {
    server_->stop();
    serving_.join();
    workers_->stop();
  }

  int port() const { return socket_->getListenPort(); }

 private:
  // Returns when the socket is listened on. The thread that serves must be the one that registers
  // the events: the server takes calls of `stop` from the latter as coming from within its loop.
  void start() {
    std::promise<void> listening;
    std::future<void> listened = listening.get_future();
    serving_ = std::thread([this, &listening] {
      try {
        server_->registerEvents(nullptr);
      } catch (const std::exception&) {
        listening.set_exception(std::current_exception());
        return;
      }
      listening.set_value();
      server_->serve();
    });
    try {
      listened.get();
    } catch (const std::exception&) {
      serving_.join();
      workers_->stop();
      throw;
    }
  }

  std::shared_ptr<transport::TNonblockingServerSocket> socket_;
  std::shared_ptr<concurrency::ThreadManager> workers_;
  std::unique_ptr<NonblockingServer> server_;
  std::thread serving_;
};

ThriftServer::ThriftServer(Services& services, ServerOptions options)
    : services_(services),
      options_(std::move(options)),
      connections_(std::make_unique<Connections>(options_.connections)) {
  route_thrift_messages();
  try {
    auto socket = unix_socket(options_.unix_path);
    unix_listener_ =
        std::make_unique<Listener>(services_, *connections_, options_, std::move(socket));
    ::chmod(options_.unix_path.c_str(), 0600);
    if (!options_.tcp_host.empty()) {
      tcp_listener_ = std::make_unique<Listener>(
          services_, *connections_, options_, tcp_socket(options_.tcp_host, options_.tcp_port));
    }
  } catch (const apache::thrift::TException& error) {
    throw std::runtime_error("cannot listen on " +
                             (unix_listener_
                                  ? options_.tcp_host + ":" + std::to_string(options_.tcp_port)
                                  : options_.unix_path) +
                             ": " + error.what());
  }
}

ThriftServer::~ThriftServer() {
  if (!connections_->wait_until_quiet(kLastCalls)) {
    spdlog::warn("ending although calls are under way");
  }
  std::this_thread::sleep_for(kLastAnswers);
  tcp_listener_.reset();
  unix_listener_.reset();
  ::unlink(options_.unix_path.c_str());
}

int ThriftServer::tcp_port() const { return tcp_listener_ ? tcp_listener_->port() : 0; }

}  // namespace automl::engine::server
