// SPDX-License-Identifier: Apache-2.0
#include "storage/artifacts/file_copy.hpp"

#include <algorithm>
#include <cerrno>
#include <linux/fs.h>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "storage/artifacts/descriptor.hpp"
#include "storage/artifacts/digest.hpp"

namespace automl::storage {

namespace {

constexpr std::size_t kBlock = 1 << 20;

// Reads a file from its beginning, telling data from holes where the file system can.
class Reader {
 public:
  Reader(int file, std::int64_t end, const std::string& name)
      : file_(file), end_(end), name_(name), block_(kBlock) {}

  std::int64_t at() const { return at_; }

  // The next piece, all zeros and `hole` for a hole; empty at the end, which is where the file
  // ends by now.
  std::string_view next(bool& hole) {
    if (at_ >= data_end_) {
      find_data();
    }
    const std::int64_t until = at_ < data_at_ ? data_at_ : data_end_;
    const auto size = static_cast<std::size_t>(
        std::clamp<std::int64_t>(until - at_, 0, static_cast<std::int64_t>(kBlock)));
    hole = at_ < data_at_;
    if (hole) {
      std::fill_n(block_.begin(), size, '\0');
      at_ += static_cast<std::int64_t>(size);
      return {block_.data(), size};
    }
    ssize_t got = 0;
    do {
      got = ::pread(file_, block_.data(), size, at_);
    } while (got < 0 && errno == EINTR);
    require(static_cast<int>(std::min<ssize_t>(got, 1)), name_);
    at_ += got;
    return {block_.data(), static_cast<std::size_t>(got)};
  }

 private:
  void find_data() {
    const off_t data = ::lseek(file_, at_, SEEK_DATA);
    if (data < 0) {
      const int error = errno;
      // ENXIO: nothing but a hole up to the file's end; else the file system cannot tell.
      struct stat status {};
      require(::fstat(file_, &status), name_);
      data_end_ = std::min<std::int64_t>(end_, status.st_size);
      data_at_ = error == ENXIO ? data_end_ : at_;
      return;
    }
    const off_t hole = ::lseek(file_, data, SEEK_HOLE);
    data_at_ = std::min<std::int64_t>(data, end_);
    data_end_ = hole < 0 ? end_ : std::min<std::int64_t>(hole, end_);
  }

  const int file_;
  const std::int64_t end_;
  const std::string& name_;
  std::vector<char> block_;
  std::int64_t at_ = 0;
  std::int64_t data_at_ = 0;
  std::int64_t data_end_ = 0;
};

void write_at(int file, std::int64_t offset, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(file, bytes.data(), bytes.size(), offset);
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += put;
    } else if (errno != EINTR) {
      throw_errno(name, errno);
    }
  }
}

}  // namespace

CopiedFile digest_file(int file, const std::string& name) {
  struct stat status {};
  require(::fstat(file, &status), name);
  Reader reader(file, status.st_size, name);
  Sha256 digest;
  bool hole = false;
  for (std::string_view piece = reader.next(hole); !piece.empty(); piece = reader.next(hole)) {
    digest.add(piece);
  }
  return {digest.hexadecimal(), reader.at(), false};
}

CopiedFile copy_file(int from, int to, std::int64_t most_bytes, const std::string& name) {
  if (::ioctl(to, FICLONE, from) == 0) {
    struct stat status {};
    require(::fstat(to, &status), name);
    if (status.st_size > most_bytes) {
      require(::ftruncate(to, most_bytes), name);
    }
    CopiedFile copied = digest_file(to, name);
    copied.cloned = true;
    return copied;
  }
  Reader reader(from, most_bytes, name);
  Sha256 digest;
  bool hole = false;
  std::int64_t at = 0;
  for (std::string_view piece = reader.next(hole); !piece.empty(); piece = reader.next(hole)) {
    digest.add(piece);
    if (!hole) {
      write_at(to, at, piece, name);
    }
    at = reader.at();
  }
  require(::ftruncate(to, at), name);
  return {digest.hexadecimal(), at, false};
}

}  // namespace automl::storage
