// SPDX-License-Identifier: Apache-2.0
#include "cli/study_text.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/text.hpp"

namespace automl::cli {

namespace fs = std::filesystem;

idl::StudyText read_study(const std::string& path) {
  if (fs::is_directory(path)) {
    throw UsageError(path + " is a folder; name the study file in it, such as " + path +
                     "/study.yaml");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw UsageError("cannot read " + path + ": " + std::strerror(errno));
  }
  std::stringstream content;
  content << file.rdbuf();
  idl::StudyText text;
  text.text = content.str();
  text.path = path;
  text.directory = fs::absolute(path).parent_path().lexically_normal().string();
  return text;
}

void print_errors(const std::string& path,
                  const std::vector<idl::StudyFileError>& errors,
                  std::ostream& out) {
  for (const idl::StudyFileError& error : errors) {
    if (!path.empty()) {
      out << path << ":";
    }
    out << error.line << ":" << error.column << ": " << shown(error.message) << "\n";
  }
}

}  // namespace automl::cli
