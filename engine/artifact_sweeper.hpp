// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "engine/effect.hpp"

namespace automl::engine {

// The thread that removes from the artifact store what nobody needs any more: each time somebody
// says that there is something, at most every few seconds. It asks what is wanted only when no
// runner is saving, so that nothing just saved is missed.
class ArtifactSweeper {
 public:
  // `wanted` is called by the new thread, must be callable until this object is gone and may throw
  // when it cannot tell.
  ArtifactSweeper(std::string home, std::function<WantedManifests()> wanted);
  // Waits for the sweep under way.
  ~ArtifactSweeper();
  ArtifactSweeper(const ArtifactSweeper&) = delete;
  ArtifactSweeper& operator=(const ArtifactSweeper&) = delete;

  void wake();

 private:
  void work();
  // False: to be tried again.
  bool sweep();

  const std::string home_;
  std::function<WantedManifests()> wanted_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool due_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses what is above
};

}  // namespace automl::engine
