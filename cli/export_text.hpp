// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace automl::cli {

// A cell of a CSV file: quoted where needed, and harmless in a spreadsheet (text that would be
// taken for a formula gets an apostrophe in front).
std::string csv_cell(const std::string& text);

}  // namespace automl::cli
