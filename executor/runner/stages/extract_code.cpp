// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/extract_code.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

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

// Relative, without "..", not empty.
bool stays_inside(const fs::path& path) {
  if (path.empty() || path.is_absolute()) {
    return false;
  }
  int depth = 0;
  for (const fs::path& part : path) {
    if (part == "..") {
      --depth;
    } else if (!part.empty() && part != ".") {
      ++depth;
    }
    if (depth < 0) {
      return false;
    }
  }
  return true;
}

void check_entry(const std::string& archive_path, archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr) {
    reject(archive_path, "an entry without a name");
  }
  const fs::path path(name);
  for (const fs::path& part : path) {
    if (part == "..") {
      reject(archive_path, std::string(name) + " leads outside");
    }
  }
  if (!stays_inside(path)) {
    reject(archive_path, std::string(name) + " leads outside");
  }
  if (archive_entry_hardlink(entry) != nullptr) {
    reject(archive_path, std::string(name) + " is a hard link");
  }
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFLNK) {
    const char* target = archive_entry_symlink(entry);
    if (target == nullptr || fs::path(target).is_absolute() ||
        !stays_inside(path.parent_path() / target)) {
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

}  // namespace

void unpack(const std::string& archive_path,
            const std::string& folder,
            const ArchiveLimits& limits) {
  const std::unique_ptr<archive, CloseReader> reader(archive_read_new());
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_empty(reader.get());
  if (archive_read_open_filename(reader.get(), archive_path.c_str(), 1 << 16) != ARCHIVE_OK) {
    throw std::runtime_error("cannot read the code archive: " +
                             std::string(archive_error_string(reader.get())));
  }
  const std::unique_ptr<archive, CloseWriter> writer(archive_write_disk_new());
  archive_write_disk_set_options(writer.get(),
                                 ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                     ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_UNLINK);
  std::int64_t entries = 0;
  std::int64_t bytes_left = limits.bytes;
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
      throw std::runtime_error("unpacking the code: " +
                               std::string(archive_error_string(writer.get())));
    }
    copy_data(archive_path, reader.get(), writer.get(), bytes_left);
    archive_write_finish_entry(writer.get());
  }
  if (status != ARCHIVE_EOF) {
    reject(archive_path, archive_error_string(reader.get()));
  }
}

void extract_code(const std::string& archive_path,
                  const std::string& digest,
                  const std::string& cache,
                  const std::string& work) {
  const fs::path ready = fs::path(cache) / "code" / digest;
  if (!fs::exists(ready)) {
    const fs::path aside =
        fs::path(cache) / "code" / ("." + digest.substr(0, 16) + "." + std::to_string(getpid()));
    fs::remove_all(aside);
    fs::create_directories(aside);
    unpack(archive_path, aside.string(), ArchiveLimits());
    std::error_code error;
    fs::rename(aside, ready, error);  // fails when another runner was first: theirs is as good
    if (error) {
      fs::remove_all(aside);
    }
  }
  fs::create_directories(work);
  fs::copy(ready,
           work,
           fs::copy_options::recursive | fs::copy_options::copy_symlinks |
               fs::copy_options::overwrite_existing);
}

}  // namespace automl::executor
