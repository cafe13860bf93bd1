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
#include <sstream>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "cli/ignore_rules.hpp"
#include "cli/text.hpp"

namespace automl::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLargeBytes = 50'000'000;
constexpr std::int64_t kMostBytes = std::int64_t{2} << 30;
constexpr std::size_t kPieceBytes = 4 << 20;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A regular file, or a link that stays inside the folder.
bool wanted(const fs::path& folder, const std::string& relative) {
  std::error_code error;
  const fs::path path = folder / relative;
  const auto status = fs::symlink_status(path, error);
  if (fs::is_regular_file(status)) {
    return true;
  }
  if (!fs::is_symlink(status)) {
    return false;
  }
  const fs::path target = fs::read_symlink(path, error);
  const auto inside = (fs::path(relative).parent_path() / target).lexically_normal().string();
  return !target.is_absolute() && inside.rfind("..", 0) != 0;
}

// Asks git, without a shell; unset when the folder is in no work tree.
bool list_by_git(const std::string& folder, std::vector<std::string>& files) {
  int ends[2];
  if (pipe(ends) != 0) {
    return false;
  }
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 1);
    [[maybe_unused]] const FILE* null = std::freopen("/dev/null", "w", stderr);
    close(ends[0]);
    execlp("git",
           "git",
           "-C",
           folder.c_str(),
           "ls-files",
           "-co",
           "--exclude-standard",
           "-z",
           static_cast<char*>(nullptr));
    _exit(127);
  }
  close(ends[1]);
  std::string output;
  std::array<char, 65536> buffer{};
  for (ssize_t count = 0; (count = read(ends[0], buffer.data(), buffer.size())) > 0;) {
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return false;
  }
  std::size_t start = 0;
  for (std::size_t end = 0; (end = output.find('\0', start)) != std::string::npos;
       start = end + 1) {
    files.push_back(output.substr(start, end - start));
  }
  return true;
}

// Walks the tree with the .gitignore of every folder in force below it.
void walk(const fs::path& root,
          const fs::path& relative,
          std::vector<std::pair<std::string, IgnoreRules>> rules,
          std::vector<std::string>& files) {
  IgnoreRules own;
  own.add(read_text(root / relative / ".gitignore"));
  const std::string base = relative.string();
  rules.emplace_back(base.empty() ? "" : base + "/", own);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root / relative, error)) {
    const std::string path = (relative / entry.path().filename()).string();
    const bool folder = entry.is_directory(error) && !entry.is_symlink(error);
    const bool ignored = std::any_of(rules.begin(), rules.end(), [&](const auto& rule) {
      return rule.second.ignores(path.substr(rule.first.size()), folder);
    });
    if (ignored || entry.path().filename() == ".git") {
      continue;
    }
    if (folder) {
      walk(root, path, rules, files);
    } else {
      files.push_back(path);
    }
  }
}

// Writes the archive and computes its digest on the way.
class Packer {
 public:
  explicit Packer(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {
    if (file_ == nullptr) {
      throw std::runtime_error("cannot write " + path);
    }
    EVP_DigestInit_ex(digest_.get(), EVP_sha256(), nullptr);
    archive_write_add_filter_zstd(archive_.get());
    archive_write_set_format_pax_restricted(archive_.get());
    archive_write_set_bytes_in_last_block(archive_.get(), 1);
    archive_write_open(archive_.get(), this, nullptr, &Packer::write, nullptr);
  }
  ~Packer() {
    if (file_ != nullptr) {
      std::fclose(file_);
    }
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
    const std::string content = read_text(path);
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), (facts.st_mode & 0100) != 0 ? 0755 : 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    check(archive_write_header(archive_.get(), entry.get()));
    archive_write_data(archive_.get(), content.data(), content.size());
  }

  std::string finish() {
    check(archive_write_close(archive_.get()));
    if (std::fflush(file_) != 0) {
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
    return static_cast<la_ssize_t>(std::fwrite(bytes, 1, size, packer->file_));
  }
  void check(int status) {
    if (status < ARCHIVE_WARN) {
      throw std::runtime_error(std::string("packing the code: ") +
                               archive_error_string(archive_.get()));
    }
  }

  FILE* file_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest_{EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free};
  std::unique_ptr<archive, decltype(&archive_write_free)> archive_{archive_write_new(),
                                                                   archive_write_free};
};

}  // namespace

std::vector<std::string> list_code(const std::string& folder) {
  std::vector<std::string> files;
  if (!list_by_git(folder, files)) {
    files.clear();
    walk(folder, "", {}, files);
  }
  IgnoreRules more;
  more.add(read_text(fs::path(folder) / ".automlignore"));
  std::erase_if(files, [&](const std::string& path) {
    for (auto at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
      if (more.ignores(path.substr(0, at), true)) {
        return true;
      }
    }
    return more.ignores(path, false) || !wanted(folder, path);
  });
  std::sort(files.begin(), files.end());
  return files;
}

CodeArchive pack_code(const std::string& folder) {
  CodeArchive result;
  std::string name = fs::temp_directory_path() / "automl-code-XXXXXX";
  const int file = mkstemp(name.data());
  if (file < 0) {
    throw std::runtime_error("cannot write to " + fs::temp_directory_path().string());
  }
  close(file);
  result.path = name;
  const std::vector<std::string> files = list_code(folder);
  std::int64_t total = 0;
  for (const std::string& one : files) {
    std::error_code error;
    const auto size = fs::file_size(fs::path(folder) / one, error);
    total += error ? 0 : static_cast<std::int64_t>(size);
  }
  if (total > kMostBytes) {
    unlink(name.c_str());
    throw std::runtime_error("the code folder " + folder + " holds " + bytes_text(total) +
                             "; list what does not belong to the code in .gitignore or "
                             ".automlignore");
  }
  Packer packer(name);
  for (const std::string& one : files) {
    packer.add(folder, one);
  }
  result.digest = packer.finish();
  result.files = files.size();
  result.bytes = static_cast<std::int64_t>(fs::file_size(name));
  return result;
}

std::string upload_code(EngineConnection& engine, const std::string& folder, bool quiet) {
  if (folder.empty()) {
    return "";
  }
  const CodeArchive archive = pack_code(folder);
  const std::unique_ptr<const std::string, void (*)(const std::string*)> remove(
      &archive.path, [](const std::string* path) { unlink(path->c_str()); });
  if (archive.bytes > kLargeBytes && !quiet) {
    std::cerr << "automl: the code is " << bytes_text(archive.bytes)
              << " packed; .automlignore keeps data and results out\n";
  }
  const bool there =
      engine.call([&](idl::EngineClient& client) { return client.has_archive(archive.digest); });
  if (there) {
    return archive.digest;
  }
  std::ifstream file(archive.path, std::ios::binary);
  std::string piece(kPieceBytes, '\0');
  for (std::int64_t offset = 0; offset < archive.bytes || offset == 0;) {
    file.read(piece.data(), static_cast<std::streamsize>(kPieceBytes));
    const std::string bytes = piece.substr(0, static_cast<std::size_t>(file.gcount()));
    const bool last = offset + static_cast<std::int64_t>(bytes.size()) >= archive.bytes;
    engine.call([&](idl::EngineClient& client) {
      client.put_archive(archive.digest, offset, bytes, last);
    });
    offset += static_cast<std::int64_t>(bytes.size());
    if (last) {
      break;
    }
  }
  return archive.digest;
}

}  // namespace automl::cli
