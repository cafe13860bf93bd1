// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cmath>
#include <iostream>
#include <thread>
#include <unistd.h>

#include "cli/code_archive.hpp"
#include "cli/commands.hpp"
#include "cli/study_text.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

struct CheckOptions {
  std::string file;
  bool explain = false;
  bool smoke = false;
  bool quote = false;
};

void print_explained(const idl::StudyCheck& check, const Screen& screen) {
  Table table;
  table.add_column("KEY");
  table.add_column("VALUE");
  table.add_column("FROM");
  table.add_column("MEANING");
  for (const idl::ExplainedKey& key : check.keys) {
    table.add_row({shown(key.key),
                   cut(shown(key.value), 40),
                   key.from_default ? "default" : "file",
                   shown(key.help)});
  }
  std::cout << table.text(screen.width);
}

// Runs one trial with the defaults and returns what became of it.
idl::TrialDetail run_smoke(Context& context,
                           const idl::StudyText& text,
                           const idl::StudySpec& spec) {
  EngineConnection& engine = context.engine();
  const std::string digest = upload_code(engine, spec.code, context.quiet);
  idl::SubmitReply reply;
  const std::string request = idl::new_request_id();
  engine.call(
      [&](idl::EngineClient& client) { client.submit_study(reply, request, text, digest, true); });
  const std::string name = reply.status.study.spec.name;
  if (!context.quiet && !context.json) {
    std::cout << "smoke trial " << shown(name) << " runs …" << std::endl;
  }
  idl::StudyStatus status = reply.status;
  while (status.study.state == idl::StudyState::RUNNING) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    engine.call([&](idl::EngineClient& client) { client.study_status(status, name); });
  }
  idl::TrialDetail detail;
  engine.call([&](idl::EngineClient& client) { client.show_trial(detail, name, 0); });
  return detail;
}

void print_smoke(const idl::TrialDetail& detail, const idl::StudySpec& spec) {
  const idl::Attempt last = detail.attempts.empty() ? idl::Attempt() : detail.attempts.back();
  const idl::ExitReport& exit = last.exit;
  std::cout << "  parameters   " << configuration_text(detail.trial.configuration) << "\n";
  if (exit.cause == idl::ExitCause::EXITED) {
    std::cout << "  ended        exit code " << exit.code << "\n";
  } else {
    std::cout << "  ended        " << shown(exit.message) << "\n";
  }
  std::cout << "  duration     "
            << duration_text(static_cast<double>(exit.ended_ms - exit.started_ms) / 1e3)
            << ", processor " << number_text(exit.cpu_s, 3) << " s, memory at most "
            << bytes_text(exit.peak_memory_bytes) << "\n";
  for (const idl::MetricMatch& match : exit.matches) {
    std::cout << "  metric       " << shown(match.metric) << " found "
              << count_text(match.count, "time");
    if (match.count > 0) {
      std::cout << ", last in: " << cut(shown(match.last_line), 80);
    }
    std::cout << "\n";
  }
  if (detail.trial.__isset.value) {
    std::cout << "  value        " << shown(spec.objective.metric) << " = "
              << number_text(detail.trial.value) << "\n";
  } else {
    std::cout << "  value        none: " << shown(detail.trial.reason) << "\n";
  }
}

// Durations of trials scatter: with one of them measured, half of all studies need at most the
// measured time per trial and nine tenths at most 1.6 times that (log-normal, sigma 0.35 per trial
// and an equal uncertainty of the mean from a single measurement).
void print_quote(const idl::TrialDetail& detail, const idl::StudySpec& spec) {
  if (detail.attempts.empty() || spec.budget.trials <= 0) {
    std::cout << "  quote        none: it needs a trial that ended and a budget of trials\n";
    return;
  }
  const idl::ExitReport& exit = detail.attempts.back().exit;
  const double one_s = static_cast<double>(exit.ended_ms - exit.started_ms) / 1e3;
  const auto trials = static_cast<double>(spec.budget.trials);
  const double work_s = one_s * trials;
  const double wall_s = one_s * std::ceil(trials / std::max(1, spec.parallel));
  const double spread = 0.35 * std::sqrt(1 + 1 / trials);
  const double high = std::exp(1.2816 * spread);
  std::cout << "  quote        " << count_text(spec.budget.trials, "trial") << ", " << spec.parallel
            << " at a time: " << duration_text(wall_s) << " (50 %), "
            << duration_text(wall_s * high) << " (90 %)\n"
            << "               " << number_text(work_s * spec.resources.cpus / 3600, 3)
            << " CPU-hours (50 %), " << number_text(work_s * high * spec.resources.cpus / 3600, 3)
            << " (90 %)";
  if (spec.resources.gpus > 0) {
    std::cout << "; " << number_text(work_s * spec.resources.gpus / 3600, 3) << " GPU-hours, "
              << number_text(work_s * high * spec.resources.gpus / 3600, 3) << " (90 %)";
  }
  std::cout << "\n";
}

int check(Context& context, const CheckOptions& options) {
  const idl::StudyText text = read_study(options.file);
  idl::StudyCheck result;
  context.engine().call([&](idl::EngineClient& client) { client.check_study(result, text); });
  if (context.json) {
    std::cout << idl::to_json(result) << "\n";
  }
  if (!result.errors.empty()) {
    if (!context.json) {
      print_errors(options.file, result.errors, std::cerr);
      std::cerr << count_text(static_cast<std::int64_t>(result.errors.size()), "error") << "\n";
    }
    return kBadUsage;
  }
  if (!context.json && !context.quiet) {
    std::cout << options.file << ": study " << shown(result.spec.name) << " is valid; algorithm "
              << shown(result.algorithm_note) << "\n";
  }
  if (options.explain && !context.json) {
    print_explained(result, Screen::of(STDOUT_FILENO));
  }
  if (!options.smoke && !options.quote) {
    return kDone;
  }
  const idl::TrialDetail detail = run_smoke(context, text, result.spec);
  if (context.json) {
    std::cout << idl::to_json(detail) << "\n";
  } else {
    print_smoke(detail, result.spec);
    if (options.quote) {
      print_quote(detail, result.spec);
    }
  }
  return detail.trial.state == idl::TrialState::COMPLETE ? kDone : kFailed;
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  static CheckOptions options;
  Command command =
      add_command(app,
                  context,
                  "check",
                  "Check a study file without starting it",
                  "  automl check study.yaml --explain    every key with the value in force\n"
                  "  automl check study.yaml --smoke      run one trial, show what it reported\n"
                  "  automl check study.yaml --quote      and what the whole budget will take",
                  true);
  command.option("FILE", options.file, "The study file").required();
  command.flag("--explain", options.explain, "Show all keys, defaults included");
  command.flag("--smoke", options.smoke, "Run one trial with the defaults");
  command.flag("--quote", options.quote, "Time and slots the budget will take");
  command.then([&context] { context.chosen = [&context] { return check(context, options); }; });
}

}  // namespace automl::cli
