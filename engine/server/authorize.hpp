// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/server/principal.hpp"

namespace automl::engine::server {

// What a call does, as far as permission goes. Each handler names one.
enum class Action {
  kInspect,     // read studies, trials, sessions, logs
  kSubmit,      // start a study or a session, send code
  kChange,      // pause, resume, stop
  kDrive,       // ask and tell
  kReport,      // a runner's calls; the attempt's token is checked besides
  kAdminister,  // end the engine
};

// Who may do what: nobody anything unless a rule says so. An engine has one owner, the user it runs
// as; the owner may do all of it, everybody else nothing.
class Authorizer {
 public:
  explicit Authorizer(Principal owner);

  // Throws idl::PermissionDenied.
  void check(const Principal& caller, Action action) const;

 private:
  Principal owner_;
};

}  // namespace automl::engine::server
