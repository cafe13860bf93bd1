// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "tests/simulation/facts.hpp"

namespace automl::simulation {

// Promises about slots, on one node where every session takes one CPU and nothing fails:
// whoever takes a slot held no more than others who wait, for his weight; nobody waits for a slot
// that another study has borrowed and was not asked to give back; and who gave way goes on.
class SharingWatch {
 public:
  explicit SharingWatch(std::int64_t slots) : slots_(slots) {}

  // After each event; throws Violation.
  void look(const Facts& facts, std::int64_t now_ms);

  // Of the time in which somebody waited, weighted by slots.
  double idle_share() const;
  // From the request to the free slot.
  std::int64_t longest_give_back_ms() const { return longest_give_back_ms_; }
  std::int64_t given_back() const { return given_back_; }
  std::int64_t most_borrowed() const { return most_borrowed_; }

 private:
  using Group = std::pair<std::string, std::int64_t>;  // owner, study
  struct Seen {
    std::map<Group, std::int64_t> held;
    std::map<Group, std::int64_t> waiting;  // within the study's own places
    std::map<Group, std::int64_t> launched;
    std::int64_t busy = 0;
    std::int64_t ending = 0;
    std::int64_t queued = 0;
    std::int64_t borrowed = 0;  // and not asked back
  };
  Seen see(const Facts& facts, std::int64_t now_ms);
  static void check_shares(const Facts& facts, const Seen& seen);
  static void check_asked_back(const Seen& seen);
  static void check_ends(const Facts& facts);

  std::int64_t slots_;
  std::uint64_t commits_ = 0;  // that were looked at
  std::int64_t last_ms_ = 0;
  bool waited_ = false;
  std::int64_t idle_ = 0;
  double idle_ms_ = 0;
  double waited_ms_ = 0;
  std::int64_t given_back_ = 0;
  std::int64_t longest_give_back_ms_ = 0;
  std::int64_t most_borrowed_ = 0;
  std::map<AttemptKey, std::int64_t> asked_ms_;
  std::map<AttemptKey, bool> known_;
};

}  // namespace automl::simulation
