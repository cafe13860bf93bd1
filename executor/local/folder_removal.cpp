// SPDX-License-Identifier: Apache-2.0
#include "executor/local/folder_removal.hpp"

#include <utility>

#include "executor/attempt_directory.hpp"

namespace automl::executor {

FolderRemoval::~FolderRemoval() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void FolderRemoval::add(std::string path) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(path));
  }
  changed_.notify_one();
  if (!thread_.joinable()) {
    thread_ = std::thread([this] { work(); });
  }
}

void FolderRemoval::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) {
      return;
    }
    const std::string path = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    remove_folder(path);
    lock.lock();
  }
}

}  // namespace automl::executor
