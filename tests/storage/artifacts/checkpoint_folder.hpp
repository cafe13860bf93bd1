// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "storage/artifacts/checkpoint_store.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace automl::storage {

inline const auto kNobodyElse = [](const Snapshot&) {};
inline constexpr std::chrono::milliseconds kPatience{2'000};

// With the folders that it takes.
void write(const std::string& path, const std::string& content);
std::string read(const std::string& path);
// Every path below a folder with what it holds.
std::map<std::string, std::string> content(const std::string& folder);
// Of all objects in a store.
std::int64_t stored_bytes(const std::string& store);

// A folder to be saved and a place for the store.
struct CheckpointFolder : ::testing::Test {
  CheckpointFolder();
  Snapshot save(CheckpointOptions options = {});
  // Why it is refused; empty: it is not.
  std::string refusal(CheckpointOptions options = {});

  const TemporaryDirectory home;
  const std::string place = home / "artifacts";
  const std::string work = home / "checkpoint";
};

}  // namespace automl::storage
