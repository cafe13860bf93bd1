// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>

namespace automl::engine::server {

// The open connections, so that none can take another's place for nothing: above the limit the one
// that has been quiet longest is cut, never one with a call under way. Thread safe.
class Connections {
 public:
  explicit Connections(std::size_t limit);

  // One open connection: listed until it is cut or closed. Whoever closes its socket calls `closed`
  // first, else the socket's number could stand for another connection when this one is cut.
  class Entry {
   public:
    Entry(Connections& connections, int socket);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    void call_begins();
    void call_ends();
    // Ends the conversation; the server closes the socket then.
    void cut();
    void closed();

   private:
    friend class Connections;
    void leave();

    Connections& connections_;
    const int socket_;
    int calls_ = 0;
    bool listed_ = true;
    std::list<Entry*>::iterator place_;
  };

  // Waits until no call is under way. False after `timeout`.
  bool wait_until_quiet(std::chrono::milliseconds timeout);
  std::size_t size() const;

 private:
  void cut_quietest();

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable quiet_;
  std::list<Entry*> entries_;  // the one quiet longest first
  std::size_t calls_ = 0;
  bool crowded_ = false;  // said in the log
};

}  // namespace automl::engine::server
