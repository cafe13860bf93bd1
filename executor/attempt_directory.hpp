// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "records_types.h"

namespace automl::executor {

// The folder of one attempt, shared by executor and runner: what is in it tells what happened, even
// when both have been killed.
//   lock         held (flock) by the living runner
//   runner       who the runner is, written before it dials in
//   spool        numbered batches not yet acknowledged, see runner/spool.hpp
//   result       how it ended; written before the engine is told
//   delivered    the engine has the result: nothing is left to do
//   socket       where the program reports
//   work/        where the command runs
//   runner.log   the runner's own messages
class AttemptDirectory {
 public:
  explicit AttemptDirectory(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string lock() const { return path_ + "/lock"; }
  std::string runner() const { return path_ + "/runner"; }
  std::string spool() const { return path_ + "/spool"; }
  std::string log_spool() const { return path_ + "/log"; }
  std::string result() const { return path_ + "/result"; }
  std::string delivered() const { return path_ + "/delivered"; }
  std::string work() const { return path_ + "/work"; }
  std::string socket() const { return path_ + "/socket"; }
  std::string runner_log() const { return path_ + "/runner.log"; }

 private:
  std::string path_;
};

// What every process of an attempt carries in its environment as AUTOML_ATTEMPT: the first 16
// hexadecimal digits of the token's SHA-256, so that the token itself stays secret.
std::string attempt_tag(const std::string& token);

// A process that cannot be mistaken for a later one with the same pid.
struct ProcessIdentity {
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;
  std::string boot_id;

  // "boot id:pid:start": an attempt's handle on this machine.
  std::string text() const;
  static std::optional<ProcessIdentity> parse(const std::string& text);
};

// Written whole or not at all; false with errno when that fails. Durably: synced before it is
// visible.
bool write_whole(const std::string& path, const std::string& bytes, bool durably);
bool write_durably(const std::string& path, const std::string& bytes);
std::optional<std::string> read_file(const std::string& path);

// Whole or not at all; survives the death of this process, after `sync_attempt` also a power cut.
bool write_result(const AttemptDirectory& directory, const idl::ExitReport& exit);
void sync_attempt(const AttemptDirectory& directory);
// Unset when there is none, or when it cannot be read.
std::optional<idl::ExitReport> read_result(const AttemptDirectory& directory);

}  // namespace automl::executor
