// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "storage/sqlite/connection.hpp"

namespace automl::simulation {

// A store in memory in which nothing is, for the thread that asks; as good as a new one. Each
// thread makes one and wipes it when it is asked again: tables and statements are made once, not a
// run.
std::shared_ptr<storage::SqliteConnection> empty_store();

}  // namespace automl::simulation
