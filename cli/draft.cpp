// SPDX-License-Identifier: Apache-2.0
#include "cli/draft.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/text.hpp"

namespace automl::cli {

namespace {

constexpr const char* kRemark = "# automl: ";

std::string editor() {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') {
      return value;
    }
  }
  return "vi";
}

// One word for the shell.
std::string shell_word(const std::string& path) {
  std::string word = "'";
  for (const char c : path) {
    word += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return word + "'";
}

std::string without_remarks(std::istream& lines) {
  std::string text;
  std::string line;
  while (std::getline(lines, line)) {
    const bool ends = !lines.eof();
    if (line.rfind(kRemark, 0) != 0) {
      text += line + (ends ? "\n" : "");
    }
  }
  return text;
}

}  // namespace

Draft::Draft(const std::string& text) : text_(text) {
  std::string name = (std::filesystem::temp_directory_path() / "automl-edit-XXXXXX.yaml").string();
  const int file = mkstemps(name.data(), 5);
  if (file < 0) {
    throw std::runtime_error("no file can be made in " +
                             std::filesystem::temp_directory_path().string());
  }
  close(file);
  path_ = name;
}

std::string Draft::edit(const std::vector<std::string>& remarks) {
  std::ofstream file(path_, std::ios::binary | std::ios::trunc);
  for (const std::string& remark : remarks) {
    file << kRemark << shown(remark) << "\n";
  }
  file << text_;
  file.close();
  if (!file) {
    throw std::runtime_error("cannot write " + path_);
  }
  const std::string program = editor();
  const int status = std::system((program + " " + shell_word(path_)).c_str());
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("the editor (" + program + ") failed; nothing was changed, " + path_ +
                             " has the text");
  }
  std::ifstream written(path_, std::ios::binary);
  text_ = without_remarks(written);
  return text_;
}

void Draft::discard() const {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace automl::cli
