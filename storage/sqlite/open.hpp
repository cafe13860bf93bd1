// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "storage/storage.hpp"

namespace automl::storage {

// The embedded store at `path` (created when missing, mode 0600), or ":memory:". Throws errors.hpp.
std::unique_ptr<Storage> open_sqlite(const std::string& path);

}  // namespace automl::storage
