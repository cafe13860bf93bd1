// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/extract_code.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <filesystem>
#include <locale.h>
#include <memory>
#include <stdexcept>
#include <unistd.h>

#include "executor/runner/content_digest.hpp"
#include "executor/runner/file_lock.hpp"

namespace automl::executor {

namespace fs = std::filesystem;

namespace {

struct CloseReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
struct CloseWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};

[[noreturn]] void reject(const std::string& archive_path, const std::string& what) {
  throw std::runtime_error("the code archive " + fs::path(archive_path).filename().string() +
                           " is refused: " + what);
}

// Relative, not empty, and never upwards.
bool leads_inside(const fs::path& path) {
  if (path.empty() || path.is_absolute()) {
    return false;
  }
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

// A link may begin with as many ".." as its folder is deep, but not go up after going down: that
// way could lead through another link.
bool link_stays_inside(const fs::path& link, const fs::path& target) {
  if (target.empty() || target.is_absolute()) {
    return false;
  }
  int depth = 0;
  for (const fs::path& part : link.parent_path()) {
    depth += part.empty() || part == "." ? 0 : 1;
  }
  bool down = false;
  for (const fs::path& part : target) {
    if (part == "..") {
      if (down || --depth < 0) {
        return false;
      }
    } else if (!part.empty() && part != ".") {
      down = true;
    }
  }
  return true;
}

void check_entry(const std::string& archive_path, archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr || *name == '\0') {
    reject(archive_path, "an entry without a name");
  }
  const fs::path path(name);
  if (!leads_inside(path)) {
    reject(archive_path, std::string(name) + " leads outside");
  }
  if (archive_entry_hardlink(entry) != nullptr) {
    reject(archive_path, std::string(name) + " is a hard link");
  }
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFLNK) {
    const char* target = archive_entry_symlink(entry);
    if (target == nullptr || !link_stays_inside(path, target)) {
      reject(archive_path, std::string(name) + " links to outside");
    }
  } else if (type != AE_IFREG && type != AE_IFDIR) {
    reject(archive_path, std::string(name) + " is neither file, folder nor link");
  }
  // No set-user-id, no folder that its owner cannot enter.
  const auto mode = archive_entry_perm(entry) & 0777;
  archive_entry_set_perm(entry, type == AE_IFDIR ? mode | 0700 : mode | 0600);
}

void copy_data(const std::string& archive_path,
               archive* reader,
               archive* writer,
               std::int64_t& bytes_left) {
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  for (;;) {
    const int status = archive_read_data_block(reader, &block, &size, &offset);
    if (status == ARCHIVE_EOF) {
      return;
    }
    bytes_left -= static_cast<std::int64_t>(size);
    if (status != ARCHIVE_OK) {
      reject(archive_path, archive_error_string(reader));
    }
    if (bytes_left < 0) {
      reject(archive_path, "it unpacks to too much");
    }
    if (archive_write_data_block(writer, block, size, offset) != ARCHIVE_OK) {
      throw std::runtime_error(std::string("unpacking the code: ") + archive_error_string(writer));
    }
  }
}

// Names in archives are UTF-8, whatever the locale of this process.
class Utf8Names {
 public:
  Utf8Names() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) {
      before_ = uselocale(locale_);
    }
  }
  ~Utf8Names() {
    if (locale_ != nullptr) {
      uselocale(before_);
      freelocale(locale_);
    }
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

// The name promises that the files are there: they must not be lost with the power.
void sync_and_rename(const fs::path& from, const fs::path& to) {
  const int file = open(from.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file >= 0) {
    syncfs(file);
    close(file);
  }
  fs::rename(from, to);
}

std::int64_t allowed_bytes(const std::string& archive_path, const ArchiveLimits& limits) {
  std::error_code error;
  const auto size = static_cast<std::int64_t>(fs::file_size(archive_path, error));
  if (error || size > limits.bytes) {
    reject(archive_path, error ? error.message() : "it is too large");
  }
  return std::min(limits.bytes, std::max(limits.free_bytes, size * limits.ratio));
}

}  // namespace

void unpack(const std::string& archive_path,
            const std::string& folder,
            const ArchiveLimits& limits) {
  const Utf8Names utf8;
  const std::unique_ptr<archive, CloseReader> reader(archive_read_new());
  // No other filters: some of them start programs.
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  std::int64_t bytes_left = allowed_bytes(archive_path, limits);
  if (archive_read_open_filename(reader.get(), archive_path.c_str(), 1 << 16) != ARCHIVE_OK) {
    reject(archive_path, archive_error_string(reader.get()));
  }
  const std::unique_ptr<archive, CloseWriter> writer(archive_write_disk_new());
  archive_write_disk_set_options(writer.get(),
                                 ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                     ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_UNLINK);
  std::int64_t entries = 0;
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
    if (++entries > limits.entries) {
      reject(archive_path, "it has too many entries");
    }
    check_entry(archive_path, entry);
    if (archive_entry_size_is_set(entry) && archive_entry_size(entry) > bytes_left) {
      reject(archive_path, "it unpacks to too much");
    }
    const std::string target = folder + "/" + archive_entry_pathname(entry);
    archive_entry_set_pathname(entry, target.c_str());
    if (archive_write_header(writer.get(), entry) != ARCHIVE_OK) {
      reject(archive_path, archive_error_string(writer.get()));
    }
    copy_data(archive_path, reader.get(), writer.get(), bytes_left);
    archive_write_finish_entry(writer.get());
  }
  if (status != ARCHIVE_EOF) {
    reject(archive_path, archive_error_string(reader.get()));
  }
}

void extract_code(const CodeArchive& code,
                  const std::string& work,
                  const std::function<bool()>& given_up) {
  const fs::path folder = fs::path(code.cache) / "code";
  const fs::path ready = folder / code.digest;
  if (!fs::exists(ready)) {
    fs::create_directories(folder);
    const FileLock lock((folder / (code.digest + ".lock")).string(), given_up);
    if (!fs::exists(ready)) {
      if (file_digest(code.path) != code.digest) {
        reject(code.path, "its content is not what was submitted");
      }
      const fs::path aside = folder / (code.digest + ".part");
      fs::remove_all(aside);  // what a runner left that died over it
      fs::create_directories(aside);
      try {
        unpack(code.path, aside.string(), ArchiveLimits());
      } catch (...) {
        std::error_code ignored;
        fs::remove_all(aside, ignored);
        throw;
      }
      sync_and_rename(aside, ready);
    }
  }
  fs::create_directories(work);
  fs::copy(ready,
           work,
           fs::copy_options::recursive | fs::copy_options::copy_symlinks |
               fs::copy_options::overwrite_existing);
}

}  // namespace automl::executor
