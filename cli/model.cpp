// SPDX-License-Identifier: Apache-2.0
// model: what sessions have saved.
#include <charconv>
#include <filesystem>
#include <iostream>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

constexpr std::size_t kShownDigest = 12;

struct ModelOptions {
  std::string action;
  std::string subject;
  std::string folder;
};

int list(Context& context, const std::string& subject) {
  idl::CheckpointList list;
  context.engine().call([&](idl::EngineClient& client) { client.list_checkpoints(list, subject); });
  if (context.json) {
    std::cout << idl::to_json(list) << "\n";
    return kDone;
  }
  if (list.rows.empty()) {
    std::cout << "nothing was saved\n";
    return kDone;
  }
  Table table;
  table.add_column("SESSION").may_shrink(12);
  table.add_column("TRIAL").may_shrink(8).may_drop();
  table.add_column("NUMBER", true);
  table.add_column("STEP", true);
  table.add_column("SIZE", true);
  table.add_column("AGE", true);
  table.add_column("NAME").may_shrink(6).may_drop();
  table.add_column("DIGEST").may_drop();
  for (const idl::CheckpointRow& row : list.rows) {
    const idl::Checkpoint& checkpoint = row.checkpoint;
    table.add_row(
        {shown(row.session),
         row.study.empty() ? "" : shown(row.study) + "/" + std::to_string(row.trial_number),
         std::to_string(checkpoint.number),
         checkpoint.step < 0 ? "" : std::to_string(checkpoint.step),
         bytes_text(checkpoint.bytes),
         duration_text(static_cast<double>(list.now_ms - checkpoint.created_ms) / 1e3),
         shown(checkpoint.name),
         checkpoint.digest.substr(0, kShownDigest)});
  }
  std::cout << table.text(Screen::of(STDOUT_FILENO).width);
  return kDone;
}

// SESSION@3; without a number: the newest.
std::int64_t cut_number(std::string& subject) {
  const std::size_t at = subject.rfind('@');
  if (at == std::string::npos) {
    return 0;
  }
  std::int64_t number = 0;
  const char* end = subject.data() + subject.size();
  const auto [rest, error] = std::from_chars(subject.data() + at + 1, end, number);
  if (error != std::errc() || rest != end || number < 1) {
    throw UsageError("expected SESSION@NUMBER, got " + shown(subject));
  }
  subject.resize(at);
  return number;
}

int get(Context& context, std::string subject, const std::string& folder) {
  if (subject.empty() || folder.empty()) {
    throw UsageError("automl model get needs a session and a folder; automl help model");
  }
  const std::int64_t number = cut_number(subject);
  std::string path = std::filesystem::absolute(folder).lexically_normal().string();
  path.resize(path.find_last_not_of('/') + 1);
  idl::CheckpointRow row;
  context.engine().call(
      [&](idl::EngineClient& client) { client.restore_checkpoint(row, subject, number, path); });
  if (context.json) {
    std::cout << idl::to_json(row) << "\n";
  } else if (!context.quiet) {
    std::cout << "checkpoint " << row.checkpoint.number << " of " << shown(row.session)
              << (row.checkpoint.step < 0 ? ""
                                          : " (step " + std::to_string(row.checkpoint.step) + ")")
              << ", " << bytes_text(row.checkpoint.bytes) << ", is in " << shown(path) << "\n";
  }
  return kDone;
}

}  // namespace

void add_model(CLI::App& app, Context& context) {
  static ModelOptions options;
  Command command =
      add_command(app,
                  context,
                  "model",
                  "List what sessions have saved, or get it",
                  "  automl model ls digits            checkpoints of a study\n"
                  "  automl model get digits/8 best    the newest one of a trial, into a folder\n"
                  "  automl model get digits/8@3 best  checkpoint 3 of it",
                  true);
  command.choice("ACTION", options.action, {"ls", "get"}, "ls or get").required();
  command.option("SUBJECT", options.subject, "STUDY, SESSION or STUDY/TRIAL; get: and @NUMBER");
  command.option("FOLDER", options.folder, "A folder to make; only for get");
  command.then([&context] {
    context.chosen = [&context] {
      return options.action == "ls" ? list(context, options.subject)
                                    : get(context, options.subject, options.folder);
    };
  });
}

}  // namespace automl::cli
