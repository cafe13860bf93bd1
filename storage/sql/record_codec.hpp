// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <thrift/TBase.h>

namespace automl::storage {

// A record as bytes (Thrift compact protocol): fields unknown to this release are skipped when
// read, and missing ones keep their default, so old stores stay readable.
std::string encode_record(const apache::thrift::TBase& record);
// Throws Corruption.
void decode_record(const std::string& bytes, apache::thrift::TBase& record);

}  // namespace automl::storage
