// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/effect.hpp"
#include "service_types.h"

#include "search/history.hpp"

namespace automl::engine {

class StudyManager;

// What an analysis looks at: a copy, so that the study goes on meanwhile.
struct AnalysisInput {
  idl::StudyStatus status;
  search::History history;
};

// On the engine's thread: fills `input`, and answers with the study's status or a Refusal.
Payload read_for_analysis(const StudyManager& manager,
                          const std::string& study,
                          AnalysisInput& input);

// What the finished trials say. Everything but `status` follows from the finished trials. Takes
// seconds for a large study; any thread.
idl::StudyReport analyse(const AnalysisInput& input);

// Analyses studies for callers on many threads: one at a time, so that the machine stays free for
// trials, and not again while no further trial has finished. Thread safe.
class StudyAnalyst {
 public:
  // Throws idl::Unavailable when several callers wait already.
  idl::StudyReport report(const AnalysisInput& input);

 private:
  struct Known {
    std::size_t trials;
    idl::StudyReport report;
  };

  std::mutex mutex_;
  std::condition_variable free_;
  bool busy_ = false;
  int waiting_ = 0;
  std::map<std::int64_t, Known> known_;  // by study
};

}  // namespace automl::engine
