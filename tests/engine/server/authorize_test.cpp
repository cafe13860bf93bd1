// SPDX-License-Identifier: Apache-2.0
#include "engine/server/authorize.hpp"

#include <gtest/gtest.h>

#include "service_types.h"

namespace automl::engine::server {
namespace {

constexpr Action kActions[] = {Action::kInspect,
                               Action::kSubmit,
                               Action::kChange,
                               Action::kDrive,
                               Action::kReport,
                               Action::kAdminister};

TEST(Authorizer, TheOwnerMayDoAll) {
  const Authorizer authorizer(Principal{1000, "ada"});
  for (const Action action : kActions) {
    EXPECT_NO_THROW(authorizer.check(Principal{1000, "ada"}, action));
  }
}

TEST(Authorizer, NobodyElseMayDoAnything) {
  const Authorizer authorizer(Principal{1000, "ada"});
  for (const Action action : kActions) {
    EXPECT_THROW(authorizer.check(Principal{1001, "bob"}, action), idl::PermissionDenied);
    EXPECT_THROW(authorizer.check(Principal{0, "root"}, action), idl::PermissionDenied);
    EXPECT_THROW(authorizer.check(Principal{}, action), idl::PermissionDenied);
    EXPECT_THROW(authorizer.check(Principal{{}, "ada"}, action), idl::PermissionDenied);
  }
}

TEST(Authorizer, AnUnknownActionIsDeniedToo) {
  const Authorizer authorizer(Principal{1000, "ada"});
  EXPECT_THROW(authorizer.check(Principal{1000, "ada"}, static_cast<Action>(99)),
               idl::PermissionDenied);
}

TEST(Authorizer, AnUnknownOwnerMayNothingEither) {
  const Authorizer authorizer(Principal{});
  EXPECT_THROW(authorizer.check(Principal{}, Action::kInspect), idl::PermissionDenied);
}

}  // namespace
}  // namespace automl::engine::server
