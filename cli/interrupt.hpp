// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace automl::cli {

// Whether the user wants to leave (Ctrl-C, SIGTERM) since `listen_for_interrupts`. Leaving never
// touches the study or session that is watched. A second Ctrl-C ends the program at once.
bool interrupted();
void listen_for_interrupts();

// Sleeps at most that long, and less once the user wants to leave.
void rest_ms(int milliseconds);

// While it lives the cursor is hidden and lines don't wrap; both are put right again however the
// program is left, the second Ctrl-C included.
class TerminalGuard {
 public:
  explicit TerminalGuard(bool terminal);
  ~TerminalGuard();
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;

 private:
  bool active_;
};

}  // namespace automl::cli
