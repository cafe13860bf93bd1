// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/study_file/complaints.hpp"
#include "records_types.h"
#include "service_types.h"

namespace automl::engine::study_file {

// What a study file says: a complete spec, or everything that is wrong with it.
struct Parsed {
  // Set exactly when there are no errors. A seed of -1 means: draw one.
  std::optional<idl::StudySpec> spec;
  // Every key with the value in force, in the order of the reference; empty when there are errors.
  std::vector<idl::ExplainedKey> keys;
  // Where the keys stand, such as budget.trials or space.lr; empty when there are errors.
  std::map<std::string, Position> places;
  // In the order of the file; each position lies inside the text (lines and columns count from 1).
  std::vector<idl::StudyFileError> errors;
};

// Whether paths in the file must exist: for a study that has its code already they need not.
enum class Paths { kMustExist, kMayBeGone };

// Reads a study file strictly: nothing unknown is ignored, nothing doubtful is guessed. `path`
// names the file in messages; relative paths inside the file start at `directory`.
// With `nodes`, resources that fit on none of them are an error. Never throws for any text; takes
// time proportional to the text, which is refused above 1 MiB. Any thread.
Parsed parse(const std::string& text,
             const std::string& path,
             const std::string& directory,
             const std::vector<idl::Node>& nodes = {},
             Paths paths = Paths::kMustExist);

}  // namespace automl::engine::study_file
