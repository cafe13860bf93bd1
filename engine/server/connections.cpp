// SPDX-License-Identifier: Apache-2.0
#include "engine/server/connections.hpp"

#include <algorithm>
#include <sys/socket.h>
#include <utility>

#include <spdlog/spdlog.h>

namespace automl::engine::server {

Connections::Connections(std::size_t limit) : limit_(limit) {}

Connections::Entry::Entry(Connections& connections, int socket)
    : connections_(connections), socket_(socket) {
  const std::lock_guard lock(connections_.mutex_);
  if (connections_.entries_.size() >= connections_.limit_) {
    connections_.cut_quietest();
  }
  place_ = connections_.entries_.insert(connections_.entries_.end(), this);
}

Connections::Entry::~Entry() { closed(); }

void Connections::Entry::call_begins() {
  const std::lock_guard lock(connections_.mutex_);
  ++calls_;
  ++connections_.calls_;
}

void Connections::Entry::call_ends() {
  const std::lock_guard lock(connections_.mutex_);
  --calls_;
  if (listed_) {
    connections_.entries_.splice(connections_.entries_.end(), connections_.entries_, place_);
  }
  if (--connections_.calls_ == 0) {
    connections_.quiet_.notify_all();
  }
}

void Connections::Entry::cut() {
  const std::lock_guard lock(connections_.mutex_);
  if (listed_) {
    ::shutdown(socket_, SHUT_RDWR);
    leave();
  }
}

void Connections::Entry::closed() {
  const std::lock_guard lock(connections_.mutex_);
  if (listed_) {
    leave();
  }
}

void Connections::Entry::leave() {
  connections_.entries_.erase(place_);
  listed_ = false;
  connections_.crowded_ =
      connections_.crowded_ && connections_.entries_.size() > connections_.limit_ / 2;
}

bool Connections::wait_until_quiet(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return quiet_.wait_for(lock, timeout, [this] { return calls_ == 0; });
}

std::size_t Connections::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Connections::cut_quietest() {
  const auto quiet = std::find_if(
      entries_.begin(), entries_.end(), [](const Entry* entry) { return entry->calls_ == 0; });
  if (quiet != entries_.end()) {
    if (!std::exchange(crowded_, true)) {
      spdlog::warn("{} connections: cutting those that have been quiet longest", entries_.size());
    }
    ::shutdown((*quiet)->socket_, SHUT_RDWR);
    (*quiet)->leave();
  }
}

}  // namespace automl::engine::server
