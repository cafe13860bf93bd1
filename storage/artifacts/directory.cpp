// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/directory.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "storage/artifacts/digest.hpp"
#include "storage/errors.hpp"

namespace automl::storage {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_unavailable(const std::string& path, int error) {
  throw Unavailable(path + ": " + std::system_category().message(error));
}

class File {
 public:
  File(const std::string& path, int flags)
      : path_(path), file_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (file_ < 0) {
      throw_unavailable(path_, errno);
    }
  }
  ~File() { ::close(file_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::int64_t size() const {
    struct stat status {};
    check(::fstat(file_, &status));
    return status.st_size;
  }
  // Whether `bytes` are what lies at `offset`, as far as the file goes.
  bool agrees(std::int64_t offset, std::string_view bytes) const {
    std::string there(bytes.size(), '\0');
    std::size_t done = 0;
    while (done < there.size()) {
      const ssize_t got = ::pread(file_,
                                  there.data() + done,
                                  there.size() - done,
                                  offset + static_cast<std::int64_t>(done));
      if (got == 0) {
        break;
      }
      if (got > 0) {
        done += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        check(-1);
      }
    }
    return std::string_view(there).substr(0, done) == bytes.substr(0, done);
  }
  void write(std::int64_t offset, std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(file_, bytes.data(), bytes.size(), offset);
      if (put >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(put));
        offset += put;
      } else if (errno != EINTR) {
        check(-1);
      }
    }
  }
  void truncate(std::int64_t bytes) const { check(::ftruncate(file_, bytes)); }
  void sync() const { check(::fsync(file_)); }

 private:
  void check(int result) const {
    if (result != 0) {
      throw_unavailable(path_, errno);
    }
  }
  const std::string path_;
  const int file_;
};

void sync_directory(const std::string& path) { File(path, O_RDONLY | O_DIRECTORY).sync(); }

void require_digest(const std::string& digest) {
  if (!is_digest(digest)) {
    throw InvalidArtifact("a digest has 64 hexadecimal digits in lower case");
  }
}

}  // namespace

ArtifactDirectory::ArtifactDirectory(const std::string& directory, DirectoryOptions options)
    : directory_(fs::absolute(directory).lexically_normal()), options_(std::move(options)) {
  const std::string arriving = (fs::path(directory_) / "incoming").string();
  try {
    fs::create_directories(arriving);
    fs::permissions(directory_, fs::perms::owner_all);
  } catch (const fs::filesystem_error& error) {
    throw Unavailable(error.what());
  }
  sync_directory(directory_);
  sync_directory(fs::path(directory_).parent_path().string());
}

bool ArtifactDirectory::has(const std::string& digest) {
  return ::access(path(digest).c_str(), F_OK) == 0;
}

std::int64_t ArtifactDirectory::put(const std::string& digest,
                                    std::int64_t offset,
                                    std::string_view bytes,
                                    bool last) {
  require_digest(digest);
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (offset < 0 || size > options_.largest_bytes || offset > options_.largest_bytes - size) {
    throw InvalidArtifact("an artifact has at most " + std::to_string(options_.largest_bytes) +
                          " bytes");
  }
  const std::lock_guard lock(mutex_);
  if (has(digest)) {
    return offset + size;
  }
  const std::int64_t arrived = append(incoming(digest), offset, bytes);
  if (last) {
    complete(digest);
  }
  return arrived;
}

std::int64_t ArtifactDirectory::append(const std::string& path,
                                       std::int64_t offset,
                                       std::string_view bytes) const {
  const bool first = offset == 0;
  if (!first && ::access(path.c_str(), F_OK) != 0) {
    throw Conflict("nothing of it has arrived yet: go on at 0");
  }
  const File file(path, O_RDWR | (first ? O_CREAT : 0));
  const std::int64_t arrived = file.size();
  if (offset > arrived) {
    throw Conflict("only " + std::to_string(arrived) + " bytes have arrived: go on at " +
                   std::to_string(arrived));
  }
  const std::int64_t end = offset + static_cast<std::int64_t>(bytes.size());
  const bool same = file.agrees(offset, bytes);
  if (same && end <= arrived) {
    return arrived;
  }
  if (!same) {
    file.truncate(offset);
  }
  file.write(offset, bytes);
  return end;
}

void ArtifactDirectory::complete(const std::string& digest) const {
  const std::string arrived = incoming(digest);
  std::ifstream content(arrived, std::ios::binary);
  const std::string actual = digest_of(content);
  if (content.bad()) {
    throw Unavailable(arrived + ": cannot be read");
  }
  if (actual != digest) {
    ::unlink(arrived.c_str());
    throw InvalidArtifact("what arrived has the digest " + actual + " instead of " + digest);
  }
  try {
    File(arrived, O_RDWR).sync();
  } catch (const Unavailable&) {
    // After a failed sync the system may have dropped what it could not write: begin anew.
    ::unlink(arrived.c_str());
    throw;
  }
  if (::rename(arrived.c_str(), path(digest).c_str()) != 0) {
    throw_unavailable(arrived, errno);
  }
  sync_directory(directory_);
}

std::unique_ptr<std::istream> ArtifactDirectory::open(const std::string& digest) {
  const std::string file = path(digest);
  auto stream = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*stream) {
    if (has(digest)) {
      throw Unavailable(file + ": cannot be opened");
    }
    return nullptr;
  }
  return stream;
}

bool ArtifactDirectory::remove(const std::string& digest) {
  const std::string whole = path(digest);
  const std::lock_guard lock(mutex_);
  bool removed = false;
  for (const std::string& file : {incoming(digest), whole}) {
    if (::unlink(file.c_str()) == 0) {
      removed = true;
    } else if (errno != ENOENT) {
      throw_unavailable(file, errno);
    }
  }
  if (removed) {
    sync_directory(directory_);
  }
  return removed;
}

std::vector<Artifact> ArtifactDirectory::list() {
  std::vector<Artifact> found;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(directory_)) {
      const std::string name = entry.path().filename().string();
      const std::string digest = name.substr(0, 64);
      if (is_digest(digest) && name == digest + options_.suffix && entry.is_regular_file()) {
        found.push_back({digest, static_cast<std::int64_t>(entry.file_size())});
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw Unavailable(error.what());
  }
  std::sort(found.begin(), found.end(), [](const Artifact& a, const Artifact& b) {
    return a.digest < b.digest;
  });
  return found;
}

std::string ArtifactDirectory::path(const std::string& digest) const {
  require_digest(digest);
  return directory_ + "/" + digest + options_.suffix;
}

void ArtifactDirectory::discard_incomplete() {
  const std::lock_guard lock(mutex_);
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(directory_ + "/incoming")) {
      fs::remove(entry.path());
    }
  } catch (const fs::filesystem_error& error) {
    throw Unavailable(error.what());
  }
}

std::string ArtifactDirectory::incoming(const std::string& digest) const {
  return directory_ + "/incoming/" + digest;
}

}  // namespace automl::storage
