// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "records_types.h"

#include "tests/simulation/world.hpp"

namespace automl::simulation {

// The machines: what they have, and who can reach them at present.
class Nodes {
 public:
  explicit Nodes(World& world);
  Nodes(World& world, std::vector<idl::Node> records);

  const std::vector<idl::Node>& records() const { return records_; }

  // Its runners reach nobody and nobody reaches them.
  bool cut_off(const std::string& node) const;
  // The executor cannot tell what runs there.
  bool unreachable(const std::string& node) const;
  bool lately_unreachable(const std::string& node) const;

  void cut(const std::string& node, std::int64_t for_ms, bool from_executor_too);
  void heal();

 private:
  World& world_;
  std::vector<idl::Node> records_;
  std::map<std::string, std::int64_t> cut_until_ms_;
  std::map<std::string, std::int64_t> unreachable_until_ms_;
};

}  // namespace automl::simulation
