// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace automl::executor::testing {

// ThreadSanitizer makes a fork of vfork: the child's failures are not seen by its parent, which
// does not wait for its exec either.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kVforkIsFork = true;
#elif defined(__has_feature)
inline constexpr bool kVforkIsFork = __has_feature(thread_sanitizer);
#else
inline constexpr bool kVforkIsFork = false;
#endif

}  // namespace automl::executor::testing
