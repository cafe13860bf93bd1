// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/study_file/study_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace automl::engine::study_file {

namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

StudyFolder::StudyFolder() {
  std::string name = (fs::temp_directory_path() / "automl-study-XXXXXX").string();
  path_ = mkdtemp(name.data());
  fs::create_directories(path_ / "src");
  fs::create_directories(path_ / "data");
  write(path_ / "train.sh", "echo loss=1\n");
  write(path_ / "requirements.txt", "numpy\n");
  write(path_ / "src" / "requirements.txt", "numpy\n");
  fs::create_symlink("../requirements.txt", path_ / "src" / "link.txt");
}

StudyFolder::~StudyFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Parsed StudyFolder::parse(const std::string& text) const {
  return study_file::parse(text, "study.yaml", path_.string());
}

std::vector<std::string> StudyFolder::errors(const std::string& text) const {
  std::vector<std::string> lines;
  for (const idl::StudyFileError& error : parse(text).errors) {
    std::string line =
        std::to_string(error.line) + ":" + std::to_string(error.column) + ": " + error.message;
    for (std::size_t at = 0; (at = line.find(path_.string())) != std::string::npos;) {
      line.replace(at, path_.string().size(), "FOLDER");
    }
    lines.push_back(line);
  }
  return lines;
}

std::string read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string complete_study() {
  return R"(study: complete-1
dataset: data
code: .
setup: src/requirements.txt
command: |
  python3 src/train.py ${args}
metrics: {loss: 'loss=([0-9.]+)', "val/acc": 'acc: (\S+)'}
objective: {metric: loss, goal: maximize, value: mean(last 5)}
constraints: ["loss <= 3", "val/acc>1e-3", "  latency_ms < 20 "]
space:
  lr:        {float: [1e-5, 1], log: true, default: 0.1}
  momentum:  {float: [0, 0.99], when: {optimizer: sgd}}
  nesterov:  {bool: true, when: {optimizer: [sgd, nesterov], momentum: "> 0.5"}}
  depth:     {int: [10, 128], step: 2}
  optimizer: {choice: [sgd, nesterov, on, no]}
  width:     {ordinal: [32, 64, 128, 256], default: 64}
  decay:     {type: float, low: 0, high: 1, step: 0.25}
  layers:    {type: int, low: 1, high: 4}
  units:     {type: choice, choices: [small, "1", 2, true], when: {layers: ">= 2"}}
  size:      {type: ordinal, choices: [s, m, l], when: {width: ">= 100", size2: "in [s, m]"}}
  size2:     {ordinal: [s, m, l]}
  flag:      {type: bool, default: false}
  epochs:    {fixed: 30}
  mode:      {type: fixed, value: fast}
forbid:
  - depth > 100 and width == 256
  - optimizer in [sgd, 'nesterov'] and lr >= 0.5
algorithm: {tpe: {}}
scheduler: {asha: {metric_step: epoch, min: 1, max: 30, reduction: 3}}
baseline:
  - {lr: 0.1, optimizer: sgd, momentum: 0.9, depth: 50}
  - {}
enqueue: [{width: 128}]
compare: {seeds: 3}
inherit: [earlier, digits-2]
parallel: 4
resources: {gpus: 0, cpus: 2, memory: 8GiB, time: 2h, nodes: 1}
executor: local
budget: {trials: 50, time: 12h, target: 0.995}
retries: 2
max_failures: 7
seed: 42
)";
}

}  // namespace automl::engine::study_file
