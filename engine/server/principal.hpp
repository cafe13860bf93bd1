// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace automl::engine::server {

// Who is at the other end of a connection, as the kernel says.
struct Principal {
  std::optional<uid_t> uid;  // unset: cannot be told
  std::string user;          // name of the operating system's user, else the number
};

// For a connected Unix socket by its peer credentials, for a loopback TCP connection by the
// kernel's table of connections. Never throws; unknown when in doubt.
Principal identify_peer(int socket);

// The user this process runs as.
Principal own_principal();

}  // namespace automl::engine::server
