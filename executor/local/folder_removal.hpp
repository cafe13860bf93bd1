// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace automl::executor {

// Removes folders of attempts that are over, on a thread of its own: a program may have left more
// files than the executor's caller could wait for. What is left at the end is for the next one.
class FolderRemoval {
 public:
  FolderRemoval() = default;
  // Waits for the folder that is being removed.
  ~FolderRemoval();
  FolderRemoval(const FolderRemoval&) = delete;
  FolderRemoval& operator=(const FolderRemoval&) = delete;

  void add(std::string path);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // started by the first folder
};

}  // namespace automl::executor
