// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "engine/schedule.hpp"

#include "tests/simulation/facts.hpp"

namespace automl::simulation {

// Schedulers decide from what is durable, in its order, and what they decide is carried out: the
// decisions in the store are those of a scheduler that is asked about the same reports and never
// restarted. Throws Violation.
class ScheduleWatch {
 public:
  // After each commit.
  void check(const Facts& facts);

 private:
  struct Watched {
    std::unique_ptr<engine::Schedule> replay;
    std::int64_t file_version = 0;
    std::size_t taken_up = 0;
    std::map<std::int64_t, std::size_t> reports;        // by trial
    std::map<std::int64_t, idl::Decision::type> asked;  // by trial: not carried out yet
    std::map<std::int64_t, bool> pruned;                // trials that were to be pruned
  };

  void take_up(const Facts& facts,
               Watched& watched,
               const idl::Study& study,
               const idl::ScheduleEvent& event);
  void check_reports(const Facts& facts, const TrialKey& key) const;
  void check_carried_out(const Facts& facts, const idl::Study& study, const Watched& watched) const;
  void check_pruned(const Facts& facts, const TrialKey& key) const;

  std::map<std::int64_t, Watched> watched_;  // by study
};

}  // namespace automl::simulation
