// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/save_checkpoint.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "executor/last_checkpoint.hpp"
#include "storage/artifacts/folder_walk.hpp"

namespace automl::executor {

namespace {

using std::chrono::milliseconds;

// How long a folder must have been left alone to be taken for whole.
constexpr milliseconds kQuiet{1'000};
constexpr milliseconds kLook{500};
// Looking at a folder of many files takes at most a fiftieth of the time.
constexpr int kLookShare = 50;
constexpr int kMostLooks = 3;
constexpr std::size_t kMostNotes = 20;

std::int64_t wall_ms() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

storage::CheckpointOptions options_of(const CheckpointPlan& plan) {
  storage::CheckpointOptions options;
  options.most_bytes = plan.most_bytes;
  return options;
}

}  // namespace

CheckpointSaver::CheckpointSaver(CheckpointPlan plan,
                                 LastStep last_step,
                                 Unrecorded unrecorded,
                                 Record record)
    : plan_(std::move(plan)),
      last_step_(std::move(last_step)),
      unrecorded_(std::move(unrecorded)),
      record_(std::move(record)),
      store_(plan_.artifacts, options_of(plan_)),
      changed_at_(Clock::now()),
      next_save_(Clock::now()) {
  changed_since_last_look();
  saved_ = seen_;
  thread_ = std::thread([this] { work(); });
}

CheckpointSaver::~CheckpointSaver() { stop(); }

void CheckpointSaver::request(std::string name, Answer answer) {
  const std::int64_t step = last_step_();
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back({std::move(name), step, std::move(answer)});
  }
  asked_.notify_one();
}

void CheckpointSaver::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  asked_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void CheckpointSaver::finish(bool orderly) {
  stop();
  changed_since_last_look();
  const bool quiet = Clock::now() - changed_at_ >= kQuiet;
  if (seen_ != saved_ && (orderly || quiet)) {
    note(save("", changed_step_, false));
  }
}

void CheckpointSaver::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto pause = std::max<std::chrono::nanoseconds>(kLook, kLookShare * look_cost_);
    asked_.wait_for(lock, pause, [this] { return stopping_ || !requests_.empty(); });
    if (!requests_.empty()) {
      const Request request = std::move(requests_.front());
      requests_.pop_front();
      lock.unlock();
      request.answer(save(request.name, request.step, false));
      lock.lock();
    } else if (stopping_) {
      return;
    } else {
      lock.unlock();
      scan();
      lock.lock();
    }
  }
}

void CheckpointSaver::scan() {
  if (changed_since_last_look() || seen_ == saved_ || Clock::now() < next_save_ ||
      Clock::now() - changed_at_ < kQuiet) {
    return;
  }
  note(save("", changed_step_, true));
}

bool CheckpointSaver::changed_since_last_look() {
  const auto start = Clock::now();
  std::string signature;
  std::int64_t step = -1;
  // The step belongs to what is seen when nothing is reported meanwhile.
  for (int look = 0; look < kMostLooks && (look == 0 || step != last_step_()); ++look) {
    step = last_step_();
    try {
      signature = storage::look_at_folder(plan_.folder).signature;
    } catch (const std::exception& error) {
      note(error.what());
    }
  }
  look_cost_ = Clock::now() - start;
  if (signature == seen_) {
    return false;
  }
  seen_ = std::move(signature);
  changed_at_ = start;
  changed_step_ = step;
  return true;
}

std::string CheckpointSaver::save(const std::string& name, std::int64_t step, bool settled) {
  next_save_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(plan_.interval);
  try {
    const std::string before = storage::look_at_folder(plan_.folder).signature;
    if (settled && before != seen_) {
      return "";
    }
    bool still = true;
    const storage::Snapshot snapshot =
        store_.save(plan_.folder, [&](const storage::Snapshot& made) {
          still = !settled || storage::look_at_folder(plan_.folder).signature == before;
          if (still) {
            keep(made, name, step);
          }
        });
    if (still) {
      saved_ = before;
    }
    for (const std::string& path : snapshot.left_out) {
      note("left out of checkpoints: " + path + " is no file, folder or link within the folder");
    }
    return "";
  } catch (const std::exception& error) {
    return std::string("no checkpoint: ") + error.what();
  }
}

void CheckpointSaver::keep(const storage::Snapshot& snapshot,
                           const std::string& name,
                           std::int64_t step) {
  if (snapshot.files == 0 || snapshot.digest == plan_.last_digest) {
    return;
  }
  idl::Checkpoint checkpoint;
  checkpoint.session_id = plan_.session_id;
  checkpoint.number = plan_.last_number + 1;
  checkpoint.attempt = plan_.attempt;
  checkpoint.step = step;
  checkpoint.digest = snapshot.digest;
  checkpoint.bytes = snapshot.bytes;
  checkpoint.files = snapshot.files;
  checkpoint.created_ms = wall_ms();
  checkpoint.name = name;
  std::vector<idl::Checkpoint> told = unrecorded_();
  told.push_back(checkpoint);
  write_last_checkpoints(plan_.home, told);
  plan_.last_number = checkpoint.number;
  plan_.last_digest = snapshot.digest;
  record_(checkpoint);
}

void CheckpointSaver::note(const std::string& line) {
  if (!line.empty() && notes_.size() < kMostNotes) {
    notes_.insert(line);
  }
}

}  // namespace automl::executor
