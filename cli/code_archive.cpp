// SPDX-License-Identifier: Apache-2.0
#include "cli/code_archive.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "cli/code_files.hpp"
#include "cli/text.hpp"

namespace automl::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLargeBytes = 50 << 20;
constexpr std::int64_t kMostBytes = std::int64_t{2} << 30;
constexpr std::size_t kPieceBytes = 4 << 20;
constexpr std::streamsize kReadBytes = 1 << 20;

// Writes the archive and computes its digest on the way.
class Packer {
 public:
  explicit Packer(const std::string& path) : file_(std::fopen(path.c_str(), "wb"), std::fclose) {
    if (file_ == nullptr) {
      throw std::runtime_error("cannot write " + path);
    }
    EVP_DigestInit_ex(digest_.get(), EVP_sha256(), nullptr);
    archive_write_add_filter_zstd(archive_.get());
    archive_write_set_format_pax_restricted(archive_.get());
    archive_write_set_bytes_in_last_block(archive_.get(), 1);
    archive_write_open(archive_.get(), this, nullptr, &Packer::write, nullptr);
  }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  void add(const fs::path& folder, const std::string& relative) {
    const fs::path path = folder / relative;
    struct stat facts {};
    if (lstat(path.c_str(), &facts) != 0) {
      throw std::runtime_error("cannot read " + path.string() + ": " + std::strerror(errno));
    }
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              archive_entry_free);
    archive_entry_set_pathname(entry.get(), relative.c_str());
    if (S_ISLNK(facts.st_mode)) {
      archive_entry_set_filetype(entry.get(), AE_IFLNK);
      archive_entry_set_perm(entry.get(), 0777);
      archive_entry_set_symlink(entry.get(), fs::read_symlink(path).c_str());
      check(archive_write_header(archive_.get(), entry.get()));
      return;
    }
    // Only what matters to a program, so that the same files give the same bytes.
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      throw std::runtime_error("cannot read " + path.string() + ": " + std::strerror(errno));
    }
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), (facts.st_mode & 0100) != 0 ? 0755 : 0644);
    archive_entry_set_size(entry.get(), facts.st_size);
    check(archive_write_header(archive_.get(), entry.get()));
    std::string piece(kReadBytes, '\0');
    for (std::int64_t left = facts.st_size; left > 0;) {
      file.read(piece.data(), std::min<std::streamsize>(left, kReadBytes));
      if (file.gcount() <= 0) {
        throw std::runtime_error(path.string() + " became shorter while it was read; try again");
      }
      if (archive_write_data(
              archive_.get(), piece.data(), static_cast<std::size_t>(file.gcount())) < 0) {
        check(ARCHIVE_FATAL);
      }
      left -= file.gcount();
    }
  }

  std::string finish() {
    check(archive_write_close(archive_.get()));
    if (std::fflush(file_.get()) != 0) {
      throw std::runtime_error("the code archive cannot be written: disk full?");
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(digest_.get(), digest.data(), &size);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
      char hex[3];
      std::snprintf(hex, sizeof hex, "%02x", digest[i]);
      text += hex;
    }
    return text;
  }

 private:
  static la_ssize_t write(archive*, void* self, const void* bytes, std::size_t size) {
    auto* packer = static_cast<Packer*>(self);
    EVP_DigestUpdate(packer->digest_.get(), bytes, size);
    return static_cast<la_ssize_t>(std::fwrite(bytes, 1, size, packer->file_.get()));
  }
  void check(int status) {
    if (status < ARCHIVE_WARN) {
      throw std::runtime_error(std::string("packing the code: ") +
                               archive_error_string(archive_.get()));
    }
  }

  // The archive goes first: it still writes to the others.
  std::unique_ptr<FILE, int (*)(FILE*)> file_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest_{EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free};
  std::unique_ptr<archive, decltype(&archive_write_free)> archive_{archive_write_new(),
                                                                   archive_write_free};
};

// A file that is gone with the object.
class TemporaryFile {
 public:
  TemporaryFile() {
    const int file = mkstemp(path_.data());
    if (file < 0) {
      throw std::runtime_error("cannot write to " + fs::temp_directory_path().string() + ": " +
                               std::strerror(errno));
    }
    close(file);
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_ = fs::temp_directory_path() / "automl-code-XXXXXX";
};

// Sends the archive in pieces.
void send(EngineConnection& engine, const CodeArchive& archive, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string piece(kPieceBytes, '\0');
  for (std::int64_t offset = 0;;) {
    file.read(piece.data(), static_cast<std::streamsize>(kPieceBytes));
    const std::string bytes = piece.substr(0, static_cast<std::size_t>(file.gcount()));
    const bool last = offset + static_cast<std::int64_t>(bytes.size()) >= archive.bytes;
    engine.call([&](idl::EngineClient& client) {
      client.put_archive(archive.digest, offset, bytes, last);
    });
    if (last) {
      return;
    }
    offset += static_cast<std::int64_t>(bytes.size());
  }
}

}  // namespace

CodeArchive pack_code(const std::string& folder,
                      const std::vector<std::string>& files,
                      const std::string& path) {
  std::int64_t total = 0;
  for (const std::string& one : files) {
    std::error_code error;
    const auto size = fs::file_size(fs::path(folder) / one, error);
    total += error ? 0 : static_cast<std::int64_t>(size);
  }
  if (total > kMostBytes) {
    throw std::runtime_error("the code folder " + folder + " holds " + bytes_text(total) +
                             "; list what does not belong to the code in .gitignore or "
                             ".automlignore");
  }
  Packer packer(path);
  for (const std::string& one : files) {
    packer.add(folder, one);
  }
  CodeArchive result;
  result.digest = packer.finish();
  result.bytes = static_cast<std::int64_t>(fs::file_size(path));
  return result;
}

std::string upload_code(EngineConnection& engine, const std::string& folder, bool quiet) {
  if (folder.empty()) {
    return "";
  }
  const TemporaryFile file;
  const CodeArchive archive =
      pack_code(folder, code_files(folder, engine.own() ? engine.home() : ""), file.path());
  if (archive.bytes > kLargeBytes && !quiet) {
    std::cerr << "automl: the code is " << bytes_text(archive.bytes)
              << " packed; .automlignore keeps data and results out\n";
  }
  const bool there =
      engine.call([&](idl::EngineClient& client) { return client.has_archive(archive.digest); });
  if (!there) {
    send(engine, archive, file.path());
  }
  return archive.digest;
}

}  // namespace automl::cli
