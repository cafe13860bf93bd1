// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "records_types.h"

#include "storage/artifacts/checkpoint_store.hpp"

namespace automl::executor {

struct CheckpointPlan {
  std::string home;       // of the engine
  std::string artifacts;  // the store
  std::string folder;     // of the program
  std::int64_t session_id = 0;
  std::int32_t attempt = 0;
  std::int64_t last_number = 0;  // of the session's checkpoints so far
  std::string last_digest;       // what is in the folder at the start; empty: nothing
  std::chrono::duration<double> interval{10};
  std::int64_t most_bytes = std::int64_t{64} << 30;
};

// Makes checkpoints of a program's folder on a thread of its own: when the program asks for one,
// when the folder has changed and then been left alone for a second (at most every
// `CheckpointPlan::interval`), and at the end. A folder that is as it was makes none. Thread safe.
class CheckpointSaver {
 public:
  using Record = std::function<void(const idl::Checkpoint&)>;
  using Answer = std::function<void(const std::string& error)>;
  using LastStep = std::function<std::int64_t()>;
  using Unrecorded = std::function<std::vector<idl::Checkpoint>()>;

  // `record` gets each checkpoint once it is durable, `unrecorded` tells of which the engine has
  // not heard yet, oldest first, `last_step` which measurement was the last so far; all are called
  // by the new thread. A checkpoint's step is the last one before the program asked for it, or
  // before the folder was seen to have changed.
  CheckpointSaver(CheckpointPlan plan, LastStep last_step, Unrecorded unrecorded, Record record);
  ~CheckpointSaver();
  CheckpointSaver(const CheckpointSaver&) = delete;
  CheckpointSaver& operator=(const CheckpointSaver&) = delete;

  // The program waits: `answer` is called by the saver's thread, with an empty text once what is in
  // the folder now is durable.
  void request(std::string name, Answer answer);

  // The program has ended. `orderly`: it was not torn out of its work, so the folder is whole as it
  // is; otherwise only if it has been left alone before.
  void finish(bool orderly);

  // What is worth a line in the log, each once; call it after `finish`.
  const std::set<std::string>& notes() const { return notes_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Request {
    std::string name;
    std::int64_t step = -1;
    Answer answer;
  };

  void work();
  void scan();
  void stop();
  // Whether the folder has changed since the last look; remembers when it did.
  bool changed_since_last_look();
  // What went wrong; empty: all is well. `settled`: not if the folder changes meanwhile.
  std::string save(const std::string& name, std::int64_t step, bool settled);
  void keep(const storage::Snapshot& snapshot, const std::string& name, std::int64_t step);
  void note(const std::string& line);

  CheckpointPlan plan_;
  LastStep last_step_;
  Unrecorded unrecorded_;
  Record record_;
  // Of the saver's thread, later of the caller of `finish`.
  storage::CheckpointStore store_;
  std::string saved_;  // signature of the folder when it was saved last
  std::string seen_;   // at the last look
  Clock::time_point changed_at_;
  std::int64_t changed_step_ = -1;  // the last one reported when the change was seen
  Clock::time_point next_save_;
  std::chrono::nanoseconds look_cost_{0};
  std::set<std::string> notes_;

  std::mutex mutex_;
  std::condition_variable asked_;
  std::deque<Request> requests_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses what is above
};

}  // namespace automl::executor
