// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/study_file/complaints.hpp"

namespace automl::engine::study_file {

// One node of a study file with its place. Owned by its parent; the root by the document.
struct Node {
  enum class Kind { kNull, kScalar, kList, kMapping };

  Kind kind = Kind::kNull;
  Position at;
  std::string text;         // scalar
  bool quoted = false;      // scalar: was written in quotes or as a block, so it is text
  std::vector<Node> items;  // list: its entries; mapping: its values
  std::vector<Node> keys;   // mapping: its keys, all scalars, one for each item

  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_mapping() const { return kind == Kind::kMapping; }
};

// Bounds on what is read at all.
inline constexpr std::size_t kTextLimit = 1 << 20;
inline constexpr std::size_t kNodeLimit = 100'000;
inline constexpr std::size_t kDepthLimit = 32;

// The single YAML document of a text. Refuses (with one complaint) texts over the limits, text that
// is not UTF-8, control characters, anchors, aliases, tags and further documents.
std::optional<Node> read_document(const std::string& text, Complaints& complaints);

// A node as one would write it in one line, cut to about 60 characters: for messages.
std::string render(const Node& node, std::size_t limit = 60);

}  // namespace automl::engine::study_file
