// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "records_types.h"

#include "storage/storage.hpp"

namespace automl::storage::records {

// Records with every field set, so that a round trip shows a lost one.
idl::Study study(const std::string& name, const std::string& owner = "ada");
idl::Trial trial(std::int64_t study_id, std::int64_t number);
idl::Session session(const std::string& name, std::int64_t study_id = 0);
idl::Attempt attempt(std::int64_t session_id, std::int32_t number, const std::string& token);
idl::Measurement measurement(std::int64_t sequence, double loss);
idl::Checkpoint checkpoint(std::int64_t session_id, std::int64_t number);

// Inside of a turn: stores a study and gives it back with its id.
idl::Study stored_study(Storage& storage, const std::string& name = "digits");
// Inside of a turn: a queued session of no study.
idl::Session stored_session(Storage& storage, const std::string& name = "ada/digits/1");
// Inside of a turn: the attempt launching, its session too.
idl::Attempt stored_attempt(Storage& storage, idl::Session session, const std::string& token);

}  // namespace automl::storage::records
