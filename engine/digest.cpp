// SPDX-License-Identifier: Apache-2.0
#include "engine/digest.hpp"

#include "storage/artifacts/digest.hpp"

namespace automl::engine {

std::string sha256_hex(std::string_view bytes) {
  return storage::digest_of(bytes);
}

}  // namespace automl::engine
