// SPDX-License-Identifier: Apache-2.0
#include "engine/system_doors.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sys/random.h>
#include <system_error>

namespace automl::engine {

namespace {

// Up to 256 bytes come at once and uninterrupted.
template <std::size_t kSize>
std::array<unsigned char, kSize> random_bytes() {
  static_assert(kSize <= 256);
  std::array<unsigned char, kSize> bytes{};
  if (::getrandom(bytes.data(), kSize, 0) != static_cast<ssize_t>(kSize)) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return bytes;
}

template <typename ClockType>
std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(ClockType::now().time_since_epoch())
      .count();
}

}  // namespace

std::int64_t SystemClock::wall_ms() { return now_ms<std::chrono::system_clock>(); }

std::int64_t SystemClock::monotonic_ms() { return now_ms<std::chrono::steady_clock>(); }

std::string SystemRandom::token() {
  static const char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : random_bytes<16>()) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

std::int64_t SystemRandom::seed() {
  std::uint32_t word = 0;
  const auto bytes = random_bytes<sizeof(word)>();
  std::memcpy(&word, bytes.data(), sizeof(word));
  return static_cast<std::int64_t>(word >> 1);
}

}  // namespace automl::engine
