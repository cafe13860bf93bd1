// SPDX-License-Identifier: Apache-2.0
#include "cli/live_view.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <iostream>
#include <set>
#include <thread>
#include <unistd.h>

#include "cli/board_text.hpp"

namespace automl::cli {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{200};
constexpr std::size_t kRunningShown = 8;
constexpr int kPage = 1'000;

std::atomic<bool> interrupt_seen = false;  // set by the signal handler

std::string bar_text(std::int64_t done, std::int64_t total, std::size_t width) {
  const double share =
      total > 0 ? std::min(1.0, static_cast<double>(done) / static_cast<double>(total)) : 0;
  const auto halves = static_cast<std::size_t>(share * 2 * static_cast<double>(width));
  std::string text;
  for (std::size_t i = 0; i < width; ++i) {
    text += 2 * i + 1 < halves ? "━" : (2 * i < halves ? "╸" : "─");
  }
  return text;
}

std::int64_t finished(const idl::StudyStatus& status) {
  return status.trials_complete + status.trials_failed + status.trials_pruned;
}

std::string counts_text(const idl::StudyStatus& status, const Screen& screen) {
  std::string text = std::to_string(status.trials_running) + " running";
  if (status.trials_waiting > 0) {
    text += " · " + std::to_string(status.trials_waiting) + " waiting";
  }
  if (status.trials_failed > 0) {
    text += " · " + screen.bad(std::to_string(status.trials_failed) + " failed");
  }
  return text;
}

std::string time_text(const idl::StudyStatus& status) {
  const double elapsed_s = static_cast<double>(status.now_ms - status.study.created_ms) / 1e3;
  std::string text = duration_text(elapsed_s) + " elapsed";
  if (status.remaining_s >= 0 && status.study.state == idl::StudyState::RUNNING) {
    text += ", about " + duration_text(std::ceil(status.remaining_s)) + " left";
  }
  return text;
}

std::string running_line(const idl::Trial& trial,
                         const idl::StudyStatus& status,
                         const Screen& screen) {
  const double seconds = static_cast<double>(status.now_ms - trial.started_ms) / 1e3;
  std::string text = "  #" + padded(std::to_string(trial.number), 4) + "running  " +
                     padded(duration_text(seconds), 6, true) + "  ";
  std::string latest;
  if (trial.__isset.latest_value) {
    latest = shown(status.study.spec.objective.metric) + " " + fixed_text(trial.latest_value, 3) +
             " @ step " + std::to_string(trial.latest_step);
  }
  text += padded(latest, 28) + "  " + configuration_text(trial.configuration);
  return cut(text, screen.width);
}

std::string best_line(const idl::StudyStatus& status, const Screen& screen) {
  if (!status.__isset.best) {
    return "  best  –";
  }
  const int decimals = decimals_for(status.best_history);
  std::string right;
  if (status.__isset.baseline) {
    const double better =
        gain(status.study.spec.objective, status.best.value, status.baseline.value);
    right = "baseline " + fixed_text(status.baseline.value, decimals) + "  " +
            (better >= 0 ? "+" : "") + fixed_text(better, decimals);
  }
  const std::string left = "  best  " + fixed_text(status.best.value, decimals) + "  trial " +
                           std::to_string(status.best.number) + "   ";
  const std::size_t room =
      screen.width - std::min(screen.width, width_of(left) + width_of(right) + 3);
  const std::string middle = cut(configuration_text(status.best.configuration), room);
  return screen.bold(left) + padded(middle, room) + "   " + right;
}

// One line for a trial that has ended, for output that is no terminal.
std::string ended_line(const idl::Trial& trial, const idl::StudyStatus& status) {
  const double seconds =
      static_cast<double>(trial.ended_ms - std::max(trial.started_ms, std::int64_t{1})) / 1e3;
  std::string text = "#" + std::to_string(trial.number) + " " + state_word(trial.state);
  if (trial.__isset.value) {
    text += " " + shown(status.study.spec.objective.metric) + "=" + number_text(trial.value);
  }
  if (trial.started_ms > 0) {
    char time[32];
    std::snprintf(time, sizeof time, " %.1fs", seconds);
    text += time;
  }
  text += " " + configuration_text(trial.configuration);
  if (!trial.reason.empty()) {
    text += " (" + shown(trial.reason) + ")";
  }
  if (trial.baseline) {
    text += " [baseline]";
  }
  return text;
}

bool ended(const idl::StudyStatus& status) {
  return status.study.state != idl::StudyState::RUNNING &&
         status.study.state != idl::StudyState::PAUSED && status.trials_running == 0 &&
         status.trials_waiting == 0;
}

// Prints trials as they end, each once, whatever order they end in.
class EndedTrials {
 public:
  void print(EngineConnection& engine, const std::string& study, const idl::StudyStatus& status) {
    for (std::int64_t from = next_;;) {
      idl::TrialPage page;
      engine.call([&](idl::EngineClient& client) { client.list_trials(page, study, from, kPage); });
      for (const idl::Trial& trial : page.trials) {
        const bool over = trial.state == idl::TrialState::COMPLETE ||
                          trial.state == idl::TrialState::FAILED ||
                          trial.state == idl::TrialState::PRUNED;
        if (over && printed_.insert(trial.number).second) {
          std::cout << ended_line(trial, status) << "\n";
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

// Redraws a block of lines in place.
class Redraw {
 public:
  void show(const std::string& text) {
    std::string out = "\x1b[?25l";
    if (lines_ > 0) {
      out += "\x1b[" + std::to_string(lines_) + "A";
    }
    out += "\r";
    lines_ = 0;
    std::size_t start = 0;
    for (std::size_t end = 0; (end = text.find('\n', start)) != std::string::npos;
         start = end + 1) {
      out += text.substr(start, end - start) + "\x1b[K\n";
      ++lines_;
    }
    std::cout << out << "\x1b[J" << std::flush;
  }
  void clear() {
    show("");
    std::cout << "\x1b[?25h" << std::flush;
  }

 private:
  std::size_t lines_ = 0;
};

}  // namespace

bool interrupted() {
  static const bool kListening = [] {
    std::signal(SIGINT, [](int) { interrupt_seen = true; });
    return true;
  }();
  return kListening && interrupt_seen;
}

std::string sparkline(const std::vector<double>& values, bool maximize, std::size_t width) {
  if (values.empty()) {
    return "";
  }
  const std::size_t count = std::min(width, values.size());
  const std::vector<double> last(values.end() - static_cast<std::ptrdiff_t>(count), values.end());
  const auto [low, high] = std::minmax_element(last.begin(), last.end());
  static const char* kSteps[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string text;
  for (const double value : last) {
    double share = *high > *low ? (value - *low) / (*high - *low) : 1;
    share = maximize ? share : (*high > *low ? 1 - share : 1);
    text += kSteps[static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * 7 + 0.5)];
  }
  return text;
}

std::string header_text(const idl::StudyStatus& status, const Screen& screen) {
  const idl::StudySpec& spec = status.study.spec;
  std::string budget =
      spec.budget.trials > 0 ? count_text(spec.budget.trials, "trial") : "no limit";
  std::string text = "study " + shown(spec.name) + "  •  " + budget + ", " +
                     std::to_string(spec.parallel) + " at a time  •  algorithm " +
                     shown(status.study.algorithm_note) + "  •  seed " + std::to_string(spec.seed);
  return cut(text, screen.width) + "\n" +
         screen.faint(cut("Ctrl-C detaches; the study goes on", screen.width)) + "\n";
}

std::string frame_text(const idl::StudyStatus& status, const Screen& screen) {
  const idl::StudySpec& spec = status.study.spec;
  const std::size_t bar_width = screen.width >= 110 ? 40 : 20;
  const std::string progress =
      std::to_string(finished(status)) +
      (spec.budget.trials > 0 ? "/" + std::to_string(spec.budget.trials) : "");
  std::string text = "\n  " +
                     screen.good(bar_text(finished(status), spec.budget.trials, bar_width)) + "  " +
                     progress + "   ";
  const std::string counts = counts_text(status, screen);
  if (status.study.state == idl::StudyState::PAUSED) {
    text += screen.bad("paused") + " · ";
  }
  text += counts;
  const std::size_t plain_width = bar_width + 8 + progress.size() +
                                  width_of(counts_text(status, Screen())) + 5 +
                                  width_of(time_text(status));
  text += plain_width <= screen.width ? "     " + time_text(status)
                                      : "\n  " + cut(time_text(status), screen.width - 2);
  text += "\n" + best_line(status, screen) + "\n";
  if (!status.best_history.empty()) {
    const std::string since = status.__isset.best
                                  ? "since trial " + std::to_string(status.best.number) + ": " +
                                        std::to_string(status.trials_since_best)
                                  : "";
    const std::string metric = cut(shown(spec.objective.metric), 24);
    const std::size_t room = screen.width > metric.size() + since.size() + 8
                                 ? screen.width - metric.size() - since.size() - 8
                                 : 10;
    const std::size_t width = std::min<std::size_t>(room, 44);
    text +=
        "  " + metric + "  " +
        padded(sparkline(status.best_history, spec.objective.goal == idl::Goal::MAXIMIZE, width),
               width) +
        "   " + since + "\n";
  }
  text += "\n";
  std::size_t lines = 0;
  for (auto trial = status.running.rbegin(); trial != status.running.rend(); ++trial) {
    if (lines++ == kRunningShown) {
      text += "  and " + std::to_string(status.running.size() - kRunningShown) + " more\n";
      break;
    }
    text += running_line(*trial, status, screen) + "\n";
  }
  return text;
}

Watched watch_study(EngineConnection& engine, const std::string& study, bool quiet) {
  interrupted();
  Screen screen = Screen::of(STDOUT_FILENO);
  const bool in_place = screen.terminal && !quiet;
  EndedTrials lines;
  Redraw redraw;
  std::int64_t version = -1;
  bool first = true;
  for (;;) {
    idl::StudyStatus status;
    engine.call([&](idl::EngineClient& client) { client.study_status(status, study); });
    if (first && !quiet) {
      std::cout << header_text(status, screen) << std::flush;
    }
    first = false;
    if (in_place) {
      screen = Screen::of(STDOUT_FILENO);
      redraw.show(frame_text(status, screen));
    } else if (!quiet && status.version != version) {
      lines.print(engine, study, status);
    }
    version = status.version;
    const bool over = ended(status);
    if (over || interrupted()) {
      if (in_place) {
        over ? redraw.clear() : void(std::cout << "\x1b[?25h" << std::flush);
      }
      return over ? Watched::kEnded : Watched::kDetached;
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace automl::cli
