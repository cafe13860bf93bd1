// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "engine/study_file/complaints.hpp"
#include "engine/study_file/document.hpp"
#include "engine/study_file/keys.hpp"

namespace automl::engine::study_file {

// `"text"` for text, the rendering for everything else: how messages quote what was written.
std::string quoted(const Node& node);

// What may be a study's name.
bool valid_name(const std::string& text);

// One mapping of the file, read by the table of keys: unknown, repeated, missing, later and empty
// keys are complained about once, at construction, and scalars are checked against type and range.
// Borrows the node. What has been complained about reads as absent.
class Section {
 public:
  // `name` is the section's place in the table (`space.*`), `shown` what messages call it
  // (`space.lr`); both empty for the top level.
  Section(const Node& node, std::string name, std::string shown, Complaints& complaints);

  const Node& node() const { return node_; }
  const std::string& shown() const { return shown_; }
  bool has(const std::string& key) const { return given_.count(key) != 0; }
  // The key was there, whether right or wrong.
  bool attempted(const std::string& key) const { return attempted_.count(key) != 0; }
  const Node* find(const std::string& key) const;
  // The node of a key, or the section's own: where to complain.
  Position place(const std::string& key) const;
  // `key` with the section's name in front.
  std::string full(const std::string& key) const;

  // As given, else the default of the table, else nothing. Sizes in bytes, durations in seconds.
  std::optional<std::int64_t> integer(const std::string& key) const;
  std::optional<double> number(const std::string& key) const;
  std::optional<std::string> text(const std::string& key) const;

 private:
  void read_key(const Node& key, const Node& value, Complaints& complaints);
  void complain_missing(Complaints& complaints) const;

  const Node& node_;
  std::string name_;
  std::string shown_;
  std::map<std::string, const Node*> given_;
  std::map<std::string, int> attempted_;  // to its line
};

}  // namespace automl::engine::study_file
