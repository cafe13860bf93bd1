// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hpp"

#include <atomic>
#include <csignal>
#include <cstring>
#include <ctime>
#include <iostream>
#include <unistd.h>

namespace automl::cli {

namespace {

constexpr char kHide[] = "\x1b[?25l\x1b[?7l";
constexpr char kRestore[] = "\x1b[?7h\x1b[?25h";
constexpr int kInterruptedExit = 130;

// Shared with the signal handler.
std::atomic<bool> interrupt_seen = false;
std::atomic<bool> terminal_changed = false;

void on_signal(int) {
  if (interrupt_seen.exchange(true)) {
    if (terminal_changed) {
      [[maybe_unused]] const ssize_t count = write(STDOUT_FILENO, kRestore, sizeof kRestore - 1);
    }
    _exit(kInterruptedExit);
  }
}

}  // namespace

bool interrupted() { return interrupt_seen; }

void listen_for_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  // Calls under way to the engine are finished; sleeping is not taken up again.
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void rest_ms(int milliseconds) {
  timespec time{milliseconds / 1'000, milliseconds % 1'000 * 1'000'000L};
  if (!interrupted()) {
    nanosleep(&time, nullptr);
  }
}

TerminalGuard::TerminalGuard(bool terminal) : active_(terminal) {
  if (active_) {
    terminal_changed = true;
    std::cout << kHide << std::flush;
  }
}

TerminalGuard::~TerminalGuard() {
  if (active_) {
    std::cout << kRestore << std::flush;
    terminal_changed = false;
  }
}

}  // namespace automl::cli
