// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service_types.h"

namespace automl::engine {

// Writes a session's checkpoint (`number` 0: the newest one that is whole) into a new folder, for
// people: nothing in it is shared with the store. Takes as long as copying does. Throws
// idl::NotFound, idl::InvalidRequest and idl::Unavailable.
idl::CheckpointRow export_checkpoint(const std::string& home,
                                     const std::vector<idl::CheckpointRow>& kept,
                                     std::int64_t number,
                                     const std::string& folder);

}  // namespace automl::engine
