// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/path_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

namespace automl::engine::study_file {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestPath = 4'000;
constexpr std::size_t kMostDatasets = 100;

fs::path resolve(const std::string& directory, const std::string& text) {
  std::error_code ignored;
  fs::path base = directory.empty() ? fs::current_path(ignored) : fs::path(directory);
  if (base.is_relative()) {
    base = fs::current_path(ignored) / base;
  }
  fs::path path = (base / text).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return path.native().size() <= kLongestPath && fs::exists(path, ignored);
}

class Reader {
 public:
  Reader(const std::string& directory,
         bool must_exist,
         idl::StudySpec& spec,
         Complaints& complaints)
      : directory_(directory), must_exist_(must_exist), spec_(spec), complaints_(complaints) {}

  void read_datasets(const Node& node) {
    if (!node.is_list()) {
      return read_dataset(node);
    }
    if (node.items.empty() || node.items.size() > kMostDatasets) {
      complaints_.add(node.at,
                      "dataset must be a path or a list of 1 to 100 paths, got " + quoted(node));
      return;
    }
    for (const Node& item : node.items) {
      read_dataset(item);
    }
  }

  void read_code(const Node& node) {
    const fs::path path = resolve(directory_, node.text);
    std::error_code ignored;
    if (gone(path)) {
      spec_.code = path.string();
    } else if (!is_there(path)) {
      complaints_.add(node.at, "code " + quoted(node) + " does not exist: " + path.string());
    } else if (!fs::is_directory(path, ignored)) {
      complaints_.add(node.at, "code " + quoted(node) + " is not a folder: " + path.string());
    } else {
      spec_.code = path.string();
    }
  }

  // `code_wrong`: code was given but cannot be used, so nothing can be said about being inside.
  void read_setup(const Node& node, bool code_wrong) {
    const fs::path path = resolve(directory_, node.text);
    std::error_code error;
    if (gone(path) && !spec_.code.empty()) {
      spec_.setup = path.lexically_relative(spec_.code).string();
      return;
    }
    if (!is_there(path)) {
      const fs::path inside = fs::path(spec_.code) / node.text;
      const bool misplaced = !spec_.code.empty() && is_there(inside);
      complaints_.add(
          node.at,
          "setup " + quoted(node) + " does not exist: " + path.string() +
              (misplaced ? "; paths start at the folder of the study file, so write " +
                               inside.lexically_relative(resolve(directory_, ".")).string()
                         : ""));
      return;
    }
    if (!fs::is_regular_file(path, error)) {
      complaints_.add(node.at, "setup " + quoted(node) + " is not a file: " + path.string());
      return;
    }
    if (spec_.code.empty()) {
      if (!code_wrong) {
        complaints_.add(node.at, "setup must lie inside code, and code is not given; add code: .");
      }
      return;
    }
    // Links are followed: what they point to is not part of the snapshot.
    const fs::path real_code = fs::canonical(spec_.code, error);
    const fs::path relative = fs::canonical(path, error).lexically_relative(real_code);
    if (error || relative.empty() || *relative.begin() == "..") {
      complaints_.add(node.at,
                      "setup " + quoted(node) + " must lie inside code (" + spec_.code + ")");
      return;
    }
    spec_.setup = relative.string();
  }

 private:
  // It is not there any more, and need not be.
  bool gone(const fs::path& path) const {
    return !must_exist_ && path.native().size() <= kLongestPath && !is_there(path);
  }

  void read_dataset(const Node& node) {
    if (!node.is_scalar() || node.text.empty()) {
      complaints_.add(node.at, "dataset must be a path, got " + quoted(node));
      return;
    }
    const fs::path path = resolve(directory_, node.text);
    if (!is_there(path) && !gone(path)) {
      const bool revision = node.text.find('@') != std::string::npos;
      complaints_.add(
          node.at,
          revision ? "dataset " + quoted(node) + ": NAME@REVISION is not supported yet; give a path"
                   : "dataset " + quoted(node) + " does not exist: " + path.string());
    } else if (!names_.insert(path.filename().string()).second) {
      complaints_.add(node.at, "two datasets are called " + path.filename().string());
    } else {
      spec_.datasets.push_back(path.string());
    }
  }

  const std::string& directory_;
  const bool must_exist_;
  idl::StudySpec& spec_;
  Complaints& complaints_;
  std::set<std::string> names_;
};

}  // namespace

void read_paths(const Section& study,
                const std::string& directory,
                bool must_exist,
                idl::StudySpec& spec,
                Complaints& complaints) {
  Reader reader(directory, must_exist, spec, complaints);
  if (const Node* dataset = study.find("dataset")) {
    reader.read_datasets(*dataset);
  }
  if (const Node* code = study.find("code")) {
    reader.read_code(*code);
  }
  if (const Node* setup = study.find("setup")) {
    reader.read_setup(*setup, study.attempted("code") && spec.code.empty());
  }
}

}  // namespace automl::engine::study_file
