// SPDX-License-Identifier: Apache-2.0
#include "engine/home_folder.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "engine/open_file.hpp"

namespace automl::engine {

namespace {

namespace fs = std::filesystem;

std::string private_folder(const std::string& path) {
  if (path.empty()) {
    throw std::runtime_error("the home folder has no name");
  }
  const fs::path absolute = fs::absolute(path).lexically_normal();
  if (absolute.has_parent_path()) {
    fs::create_directories(absolute.parent_path());
  }
  if (::mkdir(absolute.c_str(), 0700) != 0 && errno != EEXIST) {
    throw std::runtime_error("cannot create " + absolute.string() + ": " + std::strerror(errno));
  }
  struct stat status {};
  if (::stat(absolute.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    throw std::runtime_error(absolute.string() + " is not a folder");
  }
  if (status.st_uid != ::geteuid()) {
    throw std::runtime_error(absolute.string() + " belongs to another user");
  }
  if ((status.st_mode & 0777) != 0700 && ::chmod(absolute.c_str(), 0700) != 0) {
    throw std::runtime_error(absolute.string() + " must be accessible to its owner only (0700)");
  }
  return fs::canonical(absolute).string();
}

std::string holder(const OpenFile& lock) {
  std::string pid = lock.read_at(0, 32);
  pid.erase(pid.find_last_not_of(" \n") + 1);
  return pid.empty() ? "" : " (process " + pid + ")";
}

}  // namespace

HomeFolder::HomeFolder(const std::string& path) : path_(private_folder(path)) {
  lock_ = std::make_unique<OpenFile>(file("engine.lock"), O_RDWR | O_CREAT);
  if (::flock(lock_->descriptor(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      throw HomeInUse("an engine is already running in " + path_ + holder(*lock_));
    }
    throw std::runtime_error("cannot lock " + file("engine.lock") + ": " + std::strerror(errno));
  }
  if (::ftruncate(lock_->descriptor(), 0) != 0) {
    throw std::system_error(errno, std::generic_category(), file("engine.lock"));
  }
  lock_->write_at(0, std::to_string(::getpid()) + "\n");
}

HomeFolder::~HomeFolder() = default;

}  // namespace automl::engine
