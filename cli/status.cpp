// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <unistd.h>

#include "cli/board_text.hpp"
#include "cli/commands.hpp"
#include "cli/result_text.hpp"
#include "cli/study_frame.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

int show_study(Context& context, const std::string& study) {
  idl::StudyStatus status;
  context.engine().call([&](idl::EngineClient& client) { client.study_status(status, study); });
  if (context.json) {
    std::cout << idl::to_json(status) << "\n";
    return kDone;
  }
  const Screen screen = Screen::of(STDOUT_FILENO);
  std::cout << header_text(status, screen) << "state " << state_word(status.study.state);
  if (!status.study.reason.empty()) {
    std::cout << ": " << shown(status.study.reason);
  }
  for (const std::string& note : status.study.inherited) {
    std::cout << "\n" << wrapped("inherits from " + shown(note), screen.width);
  }
  std::cout << "\n\n" << frame_text(status, screen);
  const std::string comparison = comparison_text(status);
  if (!comparison.empty()) {
    std::cout << wrapped(comparison, screen.width) << "\n";
  }
  return kDone;
}

void print_engine(const idl::EngineInfo& info) {
  std::cout << "engine " << shown(info.version) << ", process " << info.pid
            << (info.on_demand ? ", ends when idle" : "") << "\nhome " << shown(info.home) << "\n";
  for (const idl::Node& node : info.nodes) {
    std::cout << "node " << shown(node.name) << ": " << count_text(node.cpus, "CPU") << ", "
              << bytes_text(node.memory_bytes) << ", "
              << count_text(static_cast<std::int64_t>(node.gpus.size()), "GPU") << "; "
              << info.sessions_running << " running, " << info.sessions_queued << " waiting\n";
  }
  if (!info.trouble.empty()) {
    std::cout << "trouble: " << shown(info.trouble) << "\n";
  }
}

std::string best_of(const idl::StudyStatus& status) {
  if (several_objectives(status.study.spec)) {
    return "front of " + std::to_string(status.front_size);
  }
  return status.__isset.best ? number_text(status.best.value, 5) : "–";
}

int overview(Context& context) {
  idl::EngineInfo info;
  std::vector<idl::StudyStatus> studies;
  EngineConnection& engine = context.engine();
  engine.call([&](idl::EngineClient& client) { client.engine_info(info); });
  engine.call([&](idl::EngineClient& client) { client.list_studies(studies); });
  if (context.json) {
    std::cout << "{\"engine\":" << idl::to_json(info) << ",\"studies\":" << idl::to_json(studies)
              << "}\n";
    return kDone;
  }
  print_engine(info);
  if (studies.empty()) {
    std::cout << "no study yet; automl start STUDY.yaml\n";
    return kDone;
  }
  Table table;
  table.add_column("STUDY").may_shrink(12);
  table.add_column("STATE");
  for (const char* title : {"DONE", "RUNNING", "FAILED", "BEST"}) {
    table.add_column(title, true);
  }
  table.add_column("METRIC").may_shrink(8);
  table.add_column("CREATED").may_drop();
  for (const idl::StudyStatus& status : studies) {
    const idl::Study& study = status.study;
    if (study.smoke) {
      continue;
    }
    const std::string total =
        study.spec.budget.trials > 0 ? "/" + std::to_string(study.spec.budget.trials) : "";
    table.add_row({shown(study.spec.name),
                   state_word(study.state),
                   std::to_string(status.trials_complete + status.trials_pruned) + total,
                   std::to_string(status.trials_running),
                   std::to_string(status.trials_failed),
                   best_of(status),
                   shown(objectives_text(study.spec)),
                   local_time(study.created_ms)});
  }
  std::cout << "\n" << table.text(Screen::of(STDOUT_FILENO).width);
  return kDone;
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
  static std::string study;
  Command command = add_command(app,
                                context,
                                "status",
                                "Show the engine and all studies, or one study",
                                "  automl status\n"
                                "  automl status digits --json",
                                true);
  command.option("STUDY", study, "One study");
  command.then([&context] {
    context.chosen = [&context] {
      return study.empty() ? overview(context) : show_study(context, study);
    };
  });
}

}  // namespace automl::cli
