// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/study_file/section.hpp"
#include "records_types.h"

namespace automl::engine::study_file {

// `space` and `forbid` of a study file, and the names in them.
class SpaceReader {
 public:
  explicit SpaceReader(Complaints& complaints) : complaints_(complaints) {}

  void read_space(const Node& space);
  // After read_space.
  void read_forbid(const Node& forbid);

  // Parameters that were read without a complaint, in the order of the file.
  const std::vector<idl::Parameter>& parameters() const { return parameters_; }
  const std::vector<idl::ForbiddenClause>& forbid() const { return forbid_; }

  // Every name in the file, right or wrong: a wrong parameter is complained about only once.
  bool knows(const std::string& name) const { return names_.count(name) != 0; }
  // Null for unknown and for wrong parameters.
  const idl::Parameter* find(const std::string& name) const;
  // `; did you mean "lr"?` or empty.
  std::string hint(const std::string& name) const;

 private:
  static constexpr std::size_t kWrong = static_cast<std::size_t>(-1);
  struct Pending {
    std::size_t parameter = 0;
    const Node* when = nullptr;
  };

  void read_entry(const Node& name, const Node& value);
  void read_conditions(const Pending& pending);
  void read_condition(std::size_t parameter, const Node& name, const Node& value);
  idl::Comparison read_when(const Node& value,
                            const idl::Parameter& parent,
                            std::string& objection);
  void refuse_cycles();
  void read_clause(const Node& entry);

  Complaints& complaints_;
  std::vector<idl::Parameter> parameters_;
  std::vector<Position> places_;  // of the conditions of each parameter
  std::vector<idl::ForbiddenClause> forbid_;
  std::vector<Pending> pending_;
  std::unordered_map<std::string, std::size_t> names_;  // to parameters_, or kWrong
  std::vector<std::string> ordered_names_;
  std::unordered_map<std::string, int> lines_;
};

}  // namespace automl::engine::study_file
