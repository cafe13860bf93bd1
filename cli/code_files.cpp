// SPDX-License-Identifier: Apache-2.0
#include "cli/code_files.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/ignore_rules.hpp"

namespace automl::cli {

namespace fs = std::filesystem;

namespace {

// What programs leave beside the code they run.
constexpr const char* kNeverCode = "__pycache__/\n.ipynb_checkpoints/\n.git/\n";

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
  // A folder that git ignores as a whole is listed as it lies there.
  return !files.empty();
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
  for (const auto& entry : fs::directory_iterator(root / relative)) {
    std::error_code error;
    const std::string path = (relative / entry.path().filename()).string();
    const bool folder = entry.is_directory(error) && !entry.is_symlink(error);
    bool ignored = false;  // the deepest folder that has a say decides
    for (const auto& [under, rule] : rules) {
      ignored = rule.decision(path.substr(under.size()), folder).value_or(ignored);
    }
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

// Whether the path or a folder above it is ignored.
bool left_out(const IgnoreRules& rules, const std::string& path) {
  for (auto at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    if (rules.decision(path.substr(0, at), true).value_or(false)) {
      return true;
    }
  }
  return rules.decision(path, false).value_or(false);
}

}  // namespace

std::vector<std::string> code_files(const std::string& folder, const std::string& home) {
  std::vector<std::string> files;
  if (!list_by_git(folder, files)) {
    files.clear();
    walk(folder, "", {}, files);
  }
  IgnoreRules more;
  more.add(kNeverCode);
  more.add(read_text(fs::path(folder) / ".automlignore"));
  const fs::path inside = home.empty() ? "" : fs::path(home).lexically_relative(folder);
  if (!inside.empty() && *inside.begin() != ".." && inside != ".") {
    more.add("/" + inside.string() + "/\n");
  }
  std::erase_if(files, [&](const std::string& path) {
    return left_out(more, path) || !wanted(folder, path);
  });
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace automl::cli
