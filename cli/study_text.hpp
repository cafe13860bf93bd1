// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "service_types.h"

namespace automl::cli {

// Reads a study file. Throws UsageError.
idl::StudyText read_study(const std::string& path);

// One line an error: FILE:LINE:COLUMN: message.
void print_errors(const std::string& path,
                  const std::vector<idl::StudyFileError>& errors,
                  std::ostream& out);

}  // namespace automl::cli
