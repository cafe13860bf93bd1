// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace automl::cli {

// A folder that is removed with everything in it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::string& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;

 private:
  std::string path_;
};

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

// The built program `automl` in a process of its own, with its output in files or, given columns,
// on a terminal of that width (all of it then comes as `out`).
class Program {
 public:
  Program(const Folder& folder,
          std::vector<std::string> arguments,
          std::map<std::string, std::string> environment,
          int columns = 0);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Waits until it has ended.
  Outcome wait();
  // Waits until its output contains the text, at most 20 s; false when it does not come.
  bool says(const std::string& text);
  void signal(int number) const;

 private:
  void read_terminal(int wait_ms);

  const Folder& folder_;
  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string screen_;
};

}  // namespace automl::cli
