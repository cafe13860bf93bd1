// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace automl::storage {

// An open file, closed with its owner. Never inherited by programs.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;

  bool open() const { return number_ >= 0; }
  int number() const { return number_; }
  void close();
  // Somebody else closes it.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

// Opens below `folder` (AT_FDCWD: anywhere), following no link in the last place. Not open, with
// errno, when that fails.
Descriptor open_at(int folder, const std::string& name, int flags, unsigned mode = 0600);

// Throws Unavailable with what went wrong about `what`.
[[noreturn]] void throw_errno(const std::string& what, int error);
// Throws Unavailable when the result of a system call is negative.
void require(int result, const std::string& what);
// Durable: what is in the file, or which names a folder has.
void sync_or_throw(const Descriptor& file, const std::string& what);

}  // namespace automl::storage
