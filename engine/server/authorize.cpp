// SPDX-License-Identifier: Apache-2.0
#include "engine/server/authorize.hpp"

#include <utility>

#include "service_types.h"

namespace automl::engine::server {

namespace {

bool owner_may(Action action) {
  switch (action) {
    case Action::kInspect:
    case Action::kSubmit:
    case Action::kChange:
    case Action::kDrive:
    case Action::kReport:
    case Action::kAdminister:
      return true;
  }
  return false;
}

}  // namespace

Authorizer::Authorizer(Principal owner) : owner_(std::move(owner)) {}

void Authorizer::check(const Principal& caller, Action action) const {
  if (caller.uid && caller.uid == owner_.uid && owner_may(action)) {
    return;
  }
  idl::PermissionDenied denied;
  denied.message = "this engine belongs to " + owner_.user;
  throw denied;
}

}  // namespace automl::engine::server
