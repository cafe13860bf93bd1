// SPDX-License-Identifier: Apache-2.0
#include "engine/server/principal.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <netinet/in.h>
#include <pwd.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

namespace automl::engine::server {

namespace {

std::string user_name(uid_t uid) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return std::to_string(uid);
}

Principal principal_of(uid_t uid) { return {uid, user_name(uid)}; }

// As /proc/net/tcp writes an address: the four bytes as one number in the machine's order.
std::string table_address(const sockaddr_in& address) {
  std::array<char, 16> text{};
  std::snprintf(text.data(),
                text.size(),
                "%08X:%04X",
                address.sin_addr.s_addr,
                static_cast<unsigned>(ntohs(address.sin_port)));
  return text.data();
}

// The owner of the peer's end: the row in which the peer's address is the local one.
Principal find_in_table(const sockaddr_in& own, const sockaddr_in& peer) {
  const std::string local = table_address(peer);
  const std::string remote = table_address(own);
  std::ifstream table("/proc/net/tcp");
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string slot;
    std::string local_address;
    std::string remote_address;
    std::string skipped;
    std::uint64_t uid = 0;
    fields >> slot >> local_address >> remote_address;
    if (local_address != local || remote_address != remote) {
      continue;
    }
    for (int i = 0; i < 4; ++i) {  // state, queues, timer, retransmits
      fields >> skipped;
    }
    if (fields >> uid) {
      return principal_of(static_cast<uid_t>(uid));
    }
  }
  return {};
}

}  // namespace

Principal identify_peer(int socket) {
  sockaddr_storage own{};
  socklen_t size = sizeof(own);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    return {};
  }
  if (own.ss_family == AF_UNIX) {
    ucred peer{};
    socklen_t peer_size = sizeof(peer);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) != 0) {
      return {};
    }
    return principal_of(peer.uid);
  }
  sockaddr_in peer{};
  socklen_t peer_size = sizeof(peer);
  if (own.ss_family != AF_INET ||
      ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) {
    return {};
  }
  return find_in_table(reinterpret_cast<const sockaddr_in&>(own), peer);
}

Principal own_principal() { return principal_of(::getuid()); }

}  // namespace automl::engine::server
