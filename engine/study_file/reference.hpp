// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace automl::engine::study_file {

// The table of keys as a Markdown table: the reference part of docs/study-file.md.
std::string reference_table();

// The table of keys as a JSON schema (draft 2020-12), for editors: docs/study-schema.json.
std::string json_schema();

}  // namespace automl::engine::study_file
