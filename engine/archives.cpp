// SPDX-License-Identifier: Apache-2.0
#include "engine/archives.hpp"

#include "service_types.h"

#include "storage/errors.hpp"

namespace automl::engine {

namespace {

template <typename Exception>
[[noreturn]] void refuse(const std::string& message) {
  Exception exception;
  exception.message = message;
  throw exception;
}

// Calls `use` and turns the store's errors into those of service.thrift.
template <typename Use>
auto translate(Use use) {
  try {
    return use();
  } catch (const storage::InvalidArtifact& error) {
    refuse<idl::InvalidRequest>(error.what());
  } catch (const storage::Conflict& error) {
    refuse<idl::Conflict>(error.what());
  } catch (const storage::Unavailable& error) {
    refuse<idl::Unavailable>(error.what());
  }
}

}  // namespace

Archives::Archives(const std::string& home)
    : directory_(home + "/archives", {.suffix = ".tar.zst", .largest_bytes = kArchiveBytes}) {
  directory_.discard_incomplete();
}

bool Archives::has(const std::string& digest) {
  return translate([&] { return directory_.has(digest); });
}

void Archives::put(const std::string& digest,
                   std::int64_t offset,
                   const std::string& bytes,
                   bool last) {
  if (static_cast<std::int64_t>(bytes.size()) > kPieceBytes) {
    refuse<idl::InvalidRequest>("a piece has at most 4 MiB");
  }
  translate([&] { return directory_.put(digest, offset, bytes, last); });
}

}  // namespace automl::engine
