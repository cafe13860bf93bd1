// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>
#include <unistd.h>

#include "cli/board_text.hpp"
#include "cli/code_archive.hpp"
#include "cli/commands.hpp"
#include "cli/live_view.hpp"
#include "cli/study_text.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

constexpr int kBoardRows = 10;

// A number of a failed trial, or -1.
std::int64_t failed_trial(EngineConnection& engine, const idl::StudyStatus& status) {
  for (std::int64_t from = 0; status.trials_failed > 0;) {
    idl::TrialPage page;
    engine.call([&](idl::EngineClient& client) {
      client.list_trials(page, status.study.spec.name, from, 1'000);
    });
    for (const idl::Trial& trial : page.trials) {
      if (trial.state == idl::TrialState::FAILED && !trial.__isset.repeat_of) {
        return trial.number;
      }
      from = trial.number + 1;
    }
    if (page.trials.empty()) {
      break;
    }
  }
  return -1;
}

int conclude(Context& context, const std::string& name) {
  EngineConnection& engine = context.engine();
  idl::StudyStatus status;
  idl::Leaderboard board;
  engine.call([&](idl::EngineClient& client) { client.study_status(status, name); });
  engine.call([&](idl::EngineClient& client) { client.leaderboard(board, name, kBoardRows); });
  if (context.json) {
    std::cout << idl::to_json(status) << "\n";
  } else {
    std::cout << (context.quiet ? "" : "\n")
              << summary_text(
                     status, board, failed_trial(engine, status), Screen::of(STDOUT_FILENO));
  }
  const bool found = status.__isset.best || status.front_size > 0;
  return status.study.state == idl::StudyState::DONE && found ? kDone : kFailed;
}

idl::StudyStatus submit(Context& context, const std::string& path) {
  EngineConnection& engine = context.engine();
  const idl::StudyText text = read_study(path);
  idl::StudyCheck check;
  engine.call([&](idl::EngineClient& client) { client.check_study(check, text); });
  if (!check.errors.empty()) {
    print_errors(path, check.errors, std::cerr);
    std::cerr << count_text(static_cast<std::int64_t>(check.errors.size()), "error")
              << "; nothing was started\n";
    throw UsageError("");
  }
  const std::string digest = upload_code(engine, check.spec.code, context.quiet);
  idl::SubmitReply reply;
  const std::string request = idl::new_request_id();
  engine.call(
      [&](idl::EngineClient& client) { client.submit_study(reply, request, text, digest, false); });
  if (reply.outcome == idl::Submission::CREATED && !context.quiet) {
    for (const std::string& note : check.notes) {
      std::cerr << "note: " << shown(note) << "\n";
    }
    for (const std::string& note : reply.status.study.inherited) {
      std::cerr << "inherits from " << shown(note) << "\n";
    }
  }
  if (reply.outcome == idl::Submission::CONTINUED && !context.quiet) {
    std::cerr << "study " << shown(reply.status.study.spec.name) << " exists unchanged: "
              << (reply.status.study.state == idl::StudyState::DONE ? "it is done" : "it goes on")
              << "\n";
  }
  return reply.status;
}

// The study file that is meant: the file itself, or study.yaml in the folder; empty: none.
std::string file_meant(const std::string& subject) {
  std::error_code error;
  if (!std::filesystem::is_directory(subject, error)) {
    return std::filesystem::exists(subject, error) ? subject : "";
  }
  const std::string inside = (std::filesystem::path(subject) / "study.yaml").string();
  return std::filesystem::exists(inside, error) ? inside : "";
}

int start(Context& context, const std::string& subject, bool detach) {
  idl::StudyStatus status;
  if (const std::string file = file_meant(subject); !file.empty()) {
    try {
      status = submit(context, file);
    } catch (const UsageError& error) {
      if (std::string(error.what()).empty()) {
        return kBadUsage;  // the errors are printed
      }
      throw;
    }
  } else if (subject.find('/') == std::string::npos && subject.find('.') == std::string::npos) {
    context.engine().call([&](idl::EngineClient& client) { client.study_status(status, subject); });
  } else {
    throw UsageError("there is no file " + subject);
  }
  const std::string name = status.study.spec.name;
  if (status.study.spec.command.empty()) {
    std::cout << "study " << shown(name) << " waits to be asked: automl ask " << shown(name)
              << "\n";
    return kDone;
  }
  if (detach) {
    std::cout << (context.json
                      ? idl::to_json(status)
                      : "study " + shown(name) + " runs; automl start " + shown(name) + " shows it")
              << "\n";
    return kDone;
  }
  if (watch_study(context.engine(), name, context.quiet || context.json) == Watched::kDetached) {
    std::cout << "\ndetached; the study goes on\nautoml start " << shown(name)
              << " comes back · automl stop " << shown(name) << " ends it\n";
    return kDone;
  }
  return conclude(context, name);
}

}  // namespace

void add_start(CLI::App& app, Context& context) {
  static std::string subject;
  static bool detach = false;
  Command command = add_command(app,
                                context,
                                "start",
                                "Start a study, or continue it, and watch it",
                                "  automl start study.yaml        start, watch; Ctrl-C detaches\n"
                                "  automl start digits            watch a study again\n"
                                "  automl start -d study.yaml     start and return at once",
                                true);
  command
      .option("STUDY", subject, "A study file, a folder with a study.yaml, or the name of a study")
      .required();
  command.flag("-d,--detach", detach, "Return at once; the study goes on");
  command.then(
      [&context] { context.chosen = [&context] { return start(context, subject, detach); }; });
}

}  // namespace automl::cli
