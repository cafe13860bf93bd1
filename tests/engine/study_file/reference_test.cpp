// SPDX-License-Identifier: Apache-2.0
// docs/study-file.md and docs/study-schema.json follow from the table of keys;
// AUTOML_REGENERATE=1 writes them anew.
#include "engine/study_file/reference.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/study_file/keys.hpp"

#include "tests/engine/study_file/study_folder.hpp"

namespace automl::engine::study_file {
namespace {

const std::string kBegin = "<!-- reference: written from the table of keys -->\n";
const std::string kEnd = "<!-- end of reference -->\n";

std::filesystem::path docs() { return std::filesystem::path(AUTOML_SOURCE_DIR) / "docs"; }

bool regenerating() { return std::getenv("AUTOML_REGENERATE") != nullptr; }

TEST(Reference, TheDocumentedKeysAreTheKeys) {
  const std::filesystem::path file = docs() / "study-file.md";
  const std::string page = read_text(file);
  const std::size_t begin = page.find(kBegin);
  const std::size_t end = page.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::string now =
      page.substr(0, begin + kBegin.size()) + reference_table() + page.substr(end);
  if (regenerating()) {
    std::ofstream(file) << now;
  }
  EXPECT_EQ(read_text(file), now);
}

TEST(Reference, TheSchemaIsTheTable) {
  const std::filesystem::path file = docs() / "study-schema.json";
  if (regenerating()) {
    std::ofstream(file) << json_schema();
  }
  EXPECT_EQ(read_text(file), json_schema());
  const nlohmann::json schema = nlohmann::json::parse(json_schema());
  EXPECT_EQ(schema["properties"]["parallel"]["maximum"], 4096);
  EXPECT_FALSE(schema["properties"].contains("notify"));
  EXPECT_EQ(schema["required"], nlohmann::json::parse(R"(["study", "objective", "space"])"));
}

TEST(Reference, EveryKeyIsDescribedOnce) {
  std::set<std::string_view> names;
  for (const Key& key : keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_FALSE(key.help.empty()) << key.name;
    EXPECT_EQ(key.help.back(), '.') << key.name;
    EXPECT_FALSE(key.range.empty()) << key.name;
    EXPECT_LE(key.low, key.high) << key.name;
  }
}

}  // namespace
}  // namespace automl::engine::study_file
