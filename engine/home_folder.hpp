// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

namespace automl::engine {

class OpenFile;

// Another engine works in the same home folder.
class HomeInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The folder an engine keeps everything in, for it alone: accessible to its owner only, and locked
// against a second engine for as long as this object, or a process forked from it, lives.
class HomeFolder {
 public:
  // Creates the folder if need be. Throws HomeInUse naming the other engine's process, and
  // std::runtime_error when the folder cannot be used.
  explicit HomeFolder(const std::string& path);
  ~HomeFolder();
  HomeFolder(const HomeFolder&) = delete;
  HomeFolder& operator=(const HomeFolder&) = delete;

  const std::string& path() const { return path_; }  // absolute
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
  std::unique_ptr<OpenFile> lock_;
};

}  // namespace automl::engine
