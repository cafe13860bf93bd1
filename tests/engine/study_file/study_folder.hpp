// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/study_file/parser.hpp"

namespace automl::engine::study_file {

// A folder with what the study files of the tests refer to: train.sh, requirements.txt, data/,
// src/requirements.txt and src/link.txt (pointing out of src). Removed at the end.
class StudyFolder {
 public:
  StudyFolder();
  ~StudyFolder();
  StudyFolder(const StudyFolder&) = delete;
  StudyFolder& operator=(const StudyFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  Parsed parse(const std::string& text) const;

  // `line:column: message` of each error, with the folder written as FOLDER.
  std::vector<std::string> errors(const std::string& text) const;

 private:
  std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& path);

// A study file that uses every supported key, given a StudyFolder.
std::string complete_study();

}  // namespace automl::engine::study_file
