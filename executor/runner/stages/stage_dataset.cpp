// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/stages/stage_dataset.hpp"

#include <cctype>
#include <filesystem>
#include <stdexcept>

namespace automl::executor {

std::map<std::string, std::string> stage_datasets(const std::vector<std::string>& datasets) {
  std::map<std::string, std::string> environment;
  for (const std::string& dataset : datasets) {
    std::error_code error;
    if (!std::filesystem::exists(dataset, error)) {
      throw std::runtime_error("the dataset " + dataset + " is not on this machine");
    }
    std::string name = std::filesystem::path(dataset).filename().string();
    for (char& c : name) {
      c = std::isalnum(static_cast<unsigned char>(c)) != 0
              ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
              : '_';
    }
    environment["AUTOML_DATASET_" + name] = dataset;
    environment.emplace("AUTOML_DATASET", dataset);
  }
  return environment;
}

}  // namespace automl::executor
