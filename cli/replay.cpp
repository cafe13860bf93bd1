// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

std::string steps_until(bool set, std::int64_t steps) {
  return set ? std::to_string(steps) : "never";
}

std::string found(bool set, double value, std::int64_t trial) {
  return set ? number_text(value, 6) + " (#" + std::to_string(trial) + ")" : "–";
}

int replay(Context& context, const std::string& study, const std::string& scheduler) {
  idl::ScheduleReplay replay;
  context.engine().call(
      [&](idl::EngineClient& client) { client.replay_schedule(replay, study, scheduler); });
  if (context.json) {
    std::cout << idl::to_json(replay) << "\n";
    return kDone;
  }
  const Screen screen = Screen::of(STDOUT_FILENO);
  Table table;
  table.add_column("");
  for (const char* title : {"STEPS", "PRUNED", "PAUSED", "BEST", "STEPS TO IT"}) {
    table.add_column(title, true);
  }
  table.add_row({"as it ran",
                 std::to_string(replay.steps),
                 "",
                 "",
                 found(replay.__isset.study_best, replay.study_best, replay.study_best_trial),
                 steps_until(replay.__isset.study_steps_to_best, replay.study_steps_to_best)});
  table.add_row({shown(scheduler),
                 std::to_string(replay.steps_paid),
                 std::to_string(replay.trials_pruned),
                 std::to_string(replay.trials_paused),
                 found(replay.__isset.best, replay.best, replay.best_trial),
                 steps_until(replay.__isset.steps_to_best, replay.steps_to_best)});
  std::cout << "study " << shown(study) << ": " << count_text(replay.trials, "stored curve")
            << "\n\n"
            << table.text(screen.width);
  for (const std::string& note : replay.notes) {
    std::cout << wrapped(shown(note), screen.width) << "\n";
  }
  return kDone;
}

}  // namespace

void add_replay(CLI::App& app, Context& context) {
  static std::string study;
  static std::string scheduler;
  Command command = add_command(app,
                                context,
                                "replay",
                                "Tell what another scheduler would have cost and found",
                                "  automl replay digits --scheduler asha\n"
                                "  automl replay digits --scheduler '{hyperband: {max: 81}}'",
                                true);
  command.option("STUDY", study, "The study").required();
  command.option("--scheduler", scheduler, "As in a study file").required();
  command.then(
      [&context] { context.chosen = [&context] { return replay(context, study, scheduler); }; });
}

}  // namespace automl::cli
