// SPDX-License-Identifier: Apache-2.0
#include "engine/server/thrift_server.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <random>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/engine/server/running_server.hpp"

namespace automl::engine::server {
namespace {

// A bare connection for what no Thrift client would send.
class RawConnection {
 public:
  explicit RawConnection(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    connected_ =
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawConnection() { ::close(socket_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool connected() const { return connected_; }
  void send(const std::string& bytes) const {
    // What the server does not want any more may be lost.
    [[maybe_unused]] const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // Waits until the server has hung up, at most 10 s.
  bool hung_up() const {
    const timeval timeout{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    std::array<char, 256> block{};
    ssize_t got = 0;
    do {
      got = ::recv(socket_, block.data(), block.size(), 0);
    } while (got > 0);
    return got == 0 || errno == ECONNRESET;
  }

 private:
  int socket_;
  bool connected_ = false;
};

bool answers(const RunningServer& server) {
  idl::EngineInfo info;
  server.connect()->engine().engine_info(info);
  return info.version == "test" && info.pid == getpid() && info.home == server.home();
}

std::string frame(const std::string& body) {
  std::string bytes(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[i] = static_cast<char>(body.size() >> (24 - 8 * i));
  }
  return bytes + body;
}

TEST(ThriftServer, AnswersOnASocketForItsOwnerOnly) {
  const RunningServer server;
  EXPECT_TRUE(answers(server));
  struct stat status {};
  ASSERT_EQ(stat(server.socket().c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(ThriftServer, RefusesAnotherUsersCalls) {
  // The owner is somebody else, so the caller is a stranger.
  const RunningServer server(Principal{own_principal().uid.value() + 1, "somebody"});
  const auto connection = server.connect();
  idl::EngineInfo info;
  EXPECT_THROW(connection->engine().engine_info(info), idl::PermissionDenied);
  EXPECT_THROW(connection->engine().shutdown("r1"), idl::PermissionDenied);
  idl::TrialDetail trial;
  EXPECT_THROW(connection->engine().show_trial(trial, "none", 0), idl::PermissionDenied);
}

TEST(ThriftServer, ListensOnLoopbackAndKnowsWhoCallsThere) {
  ServerOptions options;
  options.tcp_host = "127.0.0.1";
  const auto call = [](const RunningServer& server) {
    idl::Connection connection(
        idl::parse_endpoint("127.0.0.1:" + std::to_string(server.tcp_port())));
    idl::EngineInfo info;
    connection.engine().engine_info(info);
    return info.version;
  };
  EXPECT_EQ(call(RunningServer(own_principal(), options)), "test");
  const Principal somebody{own_principal().uid.value() + 1, "somebody"};
  EXPECT_THROW(call(RunningServer(somebody, options)), idl::PermissionDenied);
}

TEST(ThriftServer, RefusesToListenWhereTheWorldCanReachIt) {
  for (const char* host : {"0.0.0.0", "192.168.1.1", "example.org", "::"}) {
    ServerOptions options;
    options.tcp_host = host;
    EXPECT_THROW(RunningServer(own_principal(), options), std::runtime_error) << host;
  }
}

TEST(ThriftServer, RemovesTheSocketOfAKilledEngine) {
  for (int times = 0; times < 2; ++times) {
    const RunningServer server;
    EXPECT_TRUE(answers(server));
  }
}

TEST(ThriftServer, SurvivesGarbage) {
  const RunningServer server;
  std::mt19937 random(7);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  int sent = 0;
  while (std::chrono::steady_clock::now() < end) {
    std::string bytes(random() % 300, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(random());
    }
    const RawConnection connection(server.socket());
    ASSERT_TRUE(connection.connected());
    connection.send(random() % 2 == 0 ? bytes : frame(bytes));
    ++sent;
  }
  EXPECT_GT(sent, 100);
  EXPECT_TRUE(answers(server));
}

// A call of engine_info whose bytes are mutated: most get past the framing.
TEST(ThriftServer, SurvivesDamagedCalls) {
  const RunningServer server;
  std::mt19937 random(11);
  for (int i = 0; i < 2000; ++i) {
    std::string body(
        "\x80\x01\x00\x01\x00\x00\x00\x13"
        "engine:list_studies"
        "\x00\x00\x00\x01"
        "\x0b\x00\x01\x00\x00\x00\x02xx\x0f\x00\x02\x0c\x00\x00\x00\x01\x00\x00",
        8 + 19 + 4 + 9 + 8 + 2);
    for (unsigned change = 0, changes = random() % 4; change < changes; ++change) {
      body[random() % body.size()] = static_cast<char>(random());
    }
    const RawConnection connection(server.socket());
    connection.send(frame(body));
  }
  EXPECT_TRUE(answers(server));
}

TEST(ThriftServer, HangsUpOnFramesThatAreTooLarge) {
  const RunningServer server;
  const RawConnection connection(server.socket());
  connection.send(std::string("\x01\x00\x00\x01", 4));  // 16 MiB and one byte
  EXPECT_TRUE(connection.hung_up());
  const RawConnection negative(server.socket());
  negative.send(std::string("\xff\xff\xff\xff", 4));
  EXPECT_TRUE(negative.hung_up());
  EXPECT_TRUE(answers(server));
}

TEST(ThriftServer, HangsUpOnNestingThatIsTooDeep) {
  const RunningServer server;
  std::string body(
      "\x80\x01\x00\x01\x00\x00\x00\x12"
      "engine:engine_info"
      "\x00\x00\x00\x01",
      30);
  for (int depth = 0; depth < 100; ++depth) {
    body += std::string("\x0c\x00\x09", 3);  // an unknown field that is a struct
  }
  const RawConnection connection(server.socket());
  connection.send(frame(body));
  EXPECT_TRUE(connection.hung_up());
  EXPECT_TRUE(answers(server));
}

TEST(ThriftServer, HangsUpOnListsThatAreTooLong) {
  const RunningServer server;
  // check_study with a list of 2^30 structs as an unknown field.
  const std::string body(
      "\x80\x01\x00\x01\x00\x00\x00\x12"
      "engine:engine_info"
      "\x00\x00\x00\x01"
      "\x0f\x00\x09\x0c\x40\x00\x00\x00",
      38);
  const RawConnection connection(server.socket());
  connection.send(frame(body));
  EXPECT_TRUE(connection.hung_up());
}

TEST(ThriftServer, IsNotHeldUpByHalfOpenConnections) {
  const RunningServer server;
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<RawConnection>(server.socket()));
    slow.back()->send(std::string("\x00\x00\x10\x00half", 8));
  }
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(answers(server));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST(ThriftServer, CutsTheQuietestConnectionAboveTheLimit) {
  ServerOptions options;
  options.connections = 40;
  const RunningServer server(own_principal(), options);
  const auto used = server.connect();
  idl::EngineInfo info;
  used->engine().engine_info(info);
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<RawConnection>(server.socket()));
    slow.back()->send(std::string("\x00\x00\x10\x00half", 8));
    used->engine().engine_info(info);  // the one that is used is never the quietest
  }
  EXPECT_TRUE(answers(server));
  used->engine().engine_info(info);
  EXPECT_TRUE(slow.front()->hung_up());
}

TEST(ThriftServer, FinishesWhatIsUnderWayWhenItEnds) {
  auto server = std::make_unique<RunningServer>();
  const auto connection = server->connect();
  idl::EngineInfo info;
  connection->engine().engine_info(info);
  connection->engine().shutdown("r1");
  // Depending on who is faster: refused by the loop, or hung up.
  try {
    connection->engine().engine_info(info);
    FAIL() << "the loop still answers";
  } catch (const apache::thrift::TException&) {
  }
  server.reset();
}

TEST(ThriftServer, SaysWhenThePathIsTooLong) {
  RunningServer server;
  ServerOptions options;
  options.unix_path = "/tmp/" + std::string(120, 'x');
  EXPECT_THROW(ThriftServer(server.services(), options), std::runtime_error);
}

}  // namespace
}  // namespace automl::engine::server
