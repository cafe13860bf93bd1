// SPDX-License-Identifier: Apache-2.0
#include "cli/live_view.hpp"

#include <algorithm>
#include <iostream>
#include <set>
#include <unistd.h>

#include "cli/interrupt.hpp"
#include "cli/study_frame.hpp"

namespace automl::cli {

namespace {

constexpr int kLookEveryMs = 200;
constexpr int kPage = 1'000;
constexpr std::size_t kLinesAboveFrame = 2;  // how to leave, and an empty one

bool ended(const idl::StudyStatus& status) {
  return status.study.state != idl::StudyState::RUNNING &&
         status.study.state != idl::StudyState::PAUSED && status.trials_running == 0 &&
         status.trials_waiting == 0 && status.trials_paused == 0;
}

// Prints trials as they end, each once, whatever order they end in.
class EndedTrials {
 public:
  void print(EngineConnection& engine, const std::string& study, const idl::StudySpec& spec) {
    for (std::int64_t from = next_;;) {
      idl::TrialPage page;
      engine.call([&](idl::EngineClient& client) { client.list_trials(page, study, from, kPage); });
      for (const idl::Trial& trial : page.trials) {
        const bool over =
            trial.state == idl::TrialState::COMPLETE || trial.state == idl::TrialState::FAILED ||
            trial.state == idl::TrialState::PRUNED || trial.state == idl::TrialState::CANCELLED;
        if (over && printed_.insert(trial.number).second) {
          std::cout << ended_line(trial, spec) << "\n";
        }
        from = trial.number + 1;
      }
      if (page.trials.size() < static_cast<std::size_t>(kPage)) {
        break;
      }
    }
    while (printed_.erase(next_) != 0) {
      ++next_;
    }
    std::cout << std::flush;
  }

 private:
  std::int64_t next_ = 0;  // all before it are printed
  std::set<std::int64_t> printed_;
};

// A header and below it a frame that is redrawn in place.
class View {
 public:
  void show(const idl::StudyStatus& status) {
    const Screen screen = Screen::of(STDOUT_FILENO);
    std::string out;
    if (screen.width != screen_.width || screen.height != screen_.height) {
      // What is there has been wrapped anew by the terminal: begin again on an empty screen.
      out += started_ ? "\x1b[2J\x1b[H" : "";
      screen_ = screen;
      lines_ = 0;
      out += header_text(status, screen) +
             screen.faint(cut("Ctrl-C detaches; the study goes on", screen.width)) + "\n\n";
    }
    started_ = true;
    put(out, frame_text(status, screen));
  }
  // The first line stays; how to leave and the frame go.
  void clear() {
    lines_ += lines_ > 0 ? kLinesAboveFrame : 0;
    put("", "");
  }

 private:
  void put(std::string out, const std::string& frame) {
    if (lines_ > 0) {
      out += "\x1b[" + std::to_string(lines_) + "A";
    }
    out += "\r";
    std::size_t start = 0;
    for (std::size_t end = 0; (end = frame.find('\n', start)) != std::string::npos;
         start = end + 1) {
      // Cleared before it is written: at the right edge, clearing would take the last character.
      out += "\x1b[K" + frame.substr(start, end - start) + "\n";
    }
    lines_ = static_cast<std::size_t>(std::count(frame.begin(), frame.end(), '\n'));
    std::cout << out << "\x1b[J" << std::flush;
  }

  Screen screen_{false, false, 0, 0};
  bool started_ = false;
  std::size_t lines_ = 0;
};

}  // namespace

Watched watch_study(EngineConnection& engine, const std::string& study, bool quiet) {
  listen_for_interrupts();
  const Screen screen = Screen::of(STDOUT_FILENO);
  const bool in_place = screen.terminal && !quiet;
  const TerminalGuard guard(in_place);
  EndedTrials lines;
  View view;
  std::int64_t version = -1;
  for (;;) {
    idl::StudyStatus status;
    engine.call([&](idl::EngineClient& client) { client.study_status(status, study); });
    if (in_place) {
      view.show(status);
    } else if (!quiet && status.version != version) {
      std::cout << (version == -1 ? header_text(status, screen) : "");
      lines.print(engine, study, status.study.spec);
    }
    version = status.version;
    if (ended(status)) {
      if (in_place) {
        view.clear();
      }
      return Watched::kEnded;
    }
    if (interrupted()) {
      return Watched::kDetached;
    }
    rest_ms(kLookEveryMs);
  }
}

}  // namespace automl::cli
