// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "records_types.h"

namespace apache::thrift::transport {
class TMemoryBuffer;
}

namespace automl::executor {

// The folder of one attempt, shared by executor and runner: what is in it tells what happened, even
// when both have been killed.
//   lock         held (flock) by the living runner
//   runner       who the runner is, written before it dials in
//   start        the checkpoint that it began with, where that is not what was ordered
//   spool        numbered batches not yet acknowledged, see runner/spool.hpp
//   result       how it ended; written before the engine is told
//   socket       where the program reports
//   work/        where the command runs
//   runner.log   the runner's own messages
// A folder that is of no more use is renamed to TOKEN.done, then removed.
class AttemptDirectory {
 public:
  explicit AttemptDirectory(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string lock() const { return path_ + "/lock"; }
  std::string runner() const { return path_ + "/runner"; }
  std::string start() const { return path_ + "/start"; }
  std::string spool() const { return path_ + "/spool"; }
  std::string log_spool() const { return path_ + "/log"; }
  std::string result() const { return path_ + "/result"; }
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

// Written whole or not at all; false with errno when that fails. Follows no link that somebody has
// put in its way. Durably: synced before it is visible.
bool write_whole(const std::string& path, const std::string& bytes, bool durably);
bool write_durably(const std::string& path, const std::string& bytes);
// Unset with errno when it cannot be read.
std::optional<std::string> read_file(const std::string& path);
// Whether it failed for want of means of this process or machine: it says nothing about the file.
bool means_are_short(int error);
// As read_file for a file of the attempt, in whose place its program may have put anything: only a
// plain file of bounded size is read, and nothing is waited for.
std::optional<std::string> read_attempt_file(const std::string& path,
                                             std::size_t most_bytes = 16 << 20);

// For reading a record from bytes of a disk: no size in them is believed that is beyond their own.
// They must outlive it.
std::shared_ptr<apache::thrift::transport::TMemoryBuffer> encoded(std::string_view bytes);

// Whole or not at all; survives the death of this process, after `sync_attempt` also a power cut.
bool write_result(const AttemptDirectory& directory, const idl::ExitReport& exit);
void sync_attempt(const AttemptDirectory& directory);
// Unset with errno when there is none, or when it cannot be read.
std::optional<idl::ExitReport> read_result(const AttemptDirectory& directory);

// What the attempt began with; number 0: nothing. Durably, before its command runs: what that
// measures counts from there, whoever delivers it.
bool write_start(const AttemptDirectory& directory, const idl::Checkpoint& from);
// Unset with errno when there is none, or when it cannot be read.
std::optional<idl::Checkpoint> read_start(const AttemptDirectory& directory);

// Where `retire` puts it.
std::string retired_path(const AttemptDirectory& directory);
// Takes the name away first, so that a folder that is only half removed is not mistaken for an
// attempt; gives the new one.
std::string retire(const AttemptDirectory& directory);
// Removes a folder with all that is in it, also what not even its owner may enter.
void remove_folder(const std::string& path);

}  // namespace automl::executor
