// SPDX-License-Identifier: Apache-2.0
#include "engine/artifact_sweeper.hpp"

#include <chrono>
#include <exception>
#include <filesystem>
#include <utility>

#include <spdlog/spdlog.h>

#include "engine/checkpoints.hpp"

#include "executor/last_checkpoint.hpp"
#include "storage/artifacts/checkpoint_store.hpp"

namespace automl::engine {

namespace {

constexpr std::chrono::seconds kPause{5};
constexpr std::chrono::seconds kPauseAfterTrouble{60};
// Savers are kept waiting no longer than this by one who waits for others.
constexpr std::chrono::milliseconds kPatience{2'000};

}  // namespace

ArtifactSweeper::ArtifactSweeper(std::string home, std::function<WantedManifests()> wanted)
    : home_(std::move(home)), wanted_(std::move(wanted)), thread_([this] { work(); }) {}

ArtifactSweeper::~ArtifactSweeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ArtifactSweeper::wake() {
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  changed_.notify_one();
}

void ArtifactSweeper::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || due_; });
    if (stopping_) {
      return;
    }
    due_ = false;
    lock.unlock();
    const bool done = sweep();
    lock.lock();
    due_ = due_ || !done;
    changed_.wait_for(lock, done ? kPause : kPauseAfterTrouble, [this] { return stopping_; });
  }
}

bool ArtifactSweeper::sweep() {
  const std::string directory = home_ + "/artifacts";
  if (!std::filesystem::exists(directory)) {
    return true;
  }
  try {
    const storage::Sweep sweep = storage::CheckpointStore(directory).sweep(
        [this] {
          // First what is written: what the engine records meanwhile it then knows.
          const std::vector<idl::Checkpoint> written = executor::last_checkpoints(home_);
          WantedManifests known = wanted_();
          std::vector<std::string> unrecorded = still_wanted(written, known);
          known.digests.insert(known.digests.end(), unrecorded.begin(), unrecorded.end());
          return known.digests;
        },
        kPatience);
    if (sweep.removed > 0) {
      spdlog::debug("removed {} artifacts, {} bytes", sweep.removed, sweep.freed_bytes);
    }
    return sweep.done;
  } catch (const std::exception& error) {
    spdlog::warn("sweeping artifacts: {}", error.what());
    return false;
  }
}

}  // namespace automl::engine
