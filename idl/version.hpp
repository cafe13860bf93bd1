// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace automl {

// Version of this build: the nearest git tag, or 0.1.0 with the commit it was built from.
const char* version();

}  // namespace automl
