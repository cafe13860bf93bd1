// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <optional>
#include <unistd.h>

#include "cli/code_archive.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/quote.hpp"
#include "cli/smoke_restart.hpp"
#include "cli/smoke_text.hpp"
#include "cli/study_text.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

constexpr int kLookEveryMs = 100;
constexpr int kTrialsLookedAt = 1'000;
// With so many trials of the study itself no smoke trial is needed for a quote.
constexpr std::size_t kEnoughTrials = 3;

struct CheckOptions {
  std::string file;
  bool explain = false;
  bool smoke = false;
  bool quote = false;
};

void print_explained(const idl::StudyCheck& check, const Screen& screen) {
  Table table;
  table.add_column("KEY");
  table.add_column("VALUE").may_shrink(16);
  table.add_column("FROM");
  table.add_column("MEANING").may_shrink(20);
  for (const idl::ExplainedKey& key : check.keys) {
    table.add_row(
        {shown(key.key), shown(key.value), key.from_default ? "default" : "file", shown(key.help)});
  }
  std::cout << table.text(screen.width);
}

// Runs one trial with the defaults and returns what became of it. With `kill_after_ms` it is killed
// once when it has run for so long.
idl::TrialDetail run_smoke(Context& context,
                           const idl::StudyText& text,
                           const idl::StudySpec& spec,
                           std::int64_t kill_after_ms = 0) {
  EngineConnection& engine = context.engine();
  const std::string digest = upload_code(engine, spec.code, context.quiet);
  idl::SubmitReply reply;
  const std::string request = idl::new_request_id();
  engine.call(
      [&](idl::EngineClient& client) { client.submit_study(reply, request, text, digest, true); });
  const std::string name = reply.status.study.spec.name;
  if (!context.quiet && !context.json) {
    std::cout << "smoke trial " << shown(name)
              << (kill_after_ms > 0 ? "/0 runs again and is killed midway …"
                                    : "/0 runs with the defaults …")
              << std::endl;
  }
  listen_for_interrupts();
  idl::StudyStatus status = reply.status;
  while (status.study.state == idl::StudyState::RUNNING || status.trials_running > 0) {
    if (interrupted()) {
      const std::string stop = idl::new_request_id();
      engine.call([&](idl::EngineClient& client) {
        client.change_study(status, stop, name, idl::StudyAction::KILL);
      });
      throw UsageError("the smoke trial was ended");
    }
    rest_ms(kLookEveryMs);
    engine.call([&](idl::EngineClient& client) { client.study_status(status, name); });
    if (kill_after_ms > 0 && !status.running.empty() &&
        status.now_ms - status.running.front().started_ms >= kill_after_ms) {
      idl::TrialDetail now;
      engine.call([&](idl::EngineClient& client) { client.show_trial(now, name, 0); });
      kill_after_ms =
          !now.attempts.empty() && kill_attempt(now.attempts.back()) ? 0 : kill_after_ms;
    }
  }
  idl::TrialDetail detail;
  engine.call([&](idl::EngineClient& client) { client.show_trial(detail, name, 0); });
  return detail;
}

// Whether a trial that is killed goes on as if it had not been: text or JSON.
std::string try_restart(Context& context,
                        const idl::StudyText& text,
                        const idl::StudySpec& spec,
                        const idl::TrialDetail& undisturbed) {
  idl::CheckpointList saved;
  context.engine().call(
      [&](idl::EngineClient& client) { client.list_checkpoints(saved, undisturbed.session.name); });
  std::optional<idl::TrialDetail> killed;
  if (!saved.rows.empty()) {
    const std::int64_t took_ms = undisturbed.trial.ended_ms - undisturbed.trial.started_ms;
    killed = run_smoke(context, text, spec, std::max<std::int64_t>(took_ms / 2, 1));
  }
  if (context.json) {
    return killed ? ",\"killed\":" + idl::to_json(*killed) : "";
  }
  return restart_text(undisturbed, killed);
}

// Durations of the trials of the study of this name that have ended well; none when there is none.
std::vector<double> known_durations_s(Context& context, const std::string& study) {
  std::vector<double> durations_s;
  try {
    idl::TrialPage page;
    context.engine().call(
        [&](idl::EngineClient& client) { client.list_trials(page, study, 0, kTrialsLookedAt); });
    for (const idl::Trial& trial : page.trials) {
      if (trial.state == idl::TrialState::COMPLETE && trial.started_ms > 0) {
        durations_s.push_back(static_cast<double>(trial.ended_ms - trial.started_ms) / 1e3);
      }
    }
  } catch (const idl::NotFound&) {
    // A new study: the smoke trial tells.
  }
  return durations_s;
}

std::string quote_json(const Quote& quote) {
  return "{\"trials\":" + std::to_string(quote.trials) +
         ",\"slots\":" + std::to_string(quote.slots) +
         ",\"wall_s\":{\"50\":" + number_text(quote.likely_s) +
         ",\"90\":" + number_text(quote.careful_s) +
         "},\"work_s\":{\"50\":" + number_text(quote.likely_work_s) +
         ",\"90\":" + number_text(quote.careful_work_s) + "}}";
}

// The quote as text or JSON; empty when there is nothing to go by.
std::string quote_for(Context& context,
                      const idl::StudySpec& spec,
                      const std::vector<double>& durations_s) {
  if (durations_s.empty() || spec.budget.trials <= 0) {
    const char* missing = durations_s.empty() ? "a trial that ended well" : "a budget of trials";
    return context.json ? "" : std::string("  quote        none: it needs ") + missing + "\n";
  }
  idl::EngineInfo info;
  context.engine().call([&](idl::EngineClient& client) { client.engine_info(info); });
  const Quote quote = quote_of(spec, durations_s, slots_of(spec, info.nodes));
  return context.json ? quote_json(quote) : quote_text(quote, spec, durations_s);
}

// Runs the smoke trial and quotes, as asked; true when the trial ended well.
bool try_out(Context& context,
             const CheckOptions& options,
             const idl::StudyText& text,
             const idl::StudyCheck& checked) {
  std::vector<double> durations_s;
  if (options.quote) {
    durations_s = known_durations_s(context, checked.spec.name);
  }
  std::string json = "{\"check\":" + (context.json ? idl::to_json(checked) : "");
  bool well = true;
  if (options.smoke || durations_s.size() < kEnoughTrials) {
    const idl::TrialDetail detail = run_smoke(context, text, checked.spec);
    well = detail.trial.state == idl::TrialState::COMPLETE;
    if (well) {
      durations_s.push_back(static_cast<double>(detail.trial.ended_ms - detail.trial.started_ms) /
                            1e3);
    }
    if (context.json) {
      json += ",\"smoke\":" + idl::to_json(detail);
    } else {
      std::cout << smoke_text(detail, checked.spec, Screen::of(STDOUT_FILENO));
    }
    if (well && options.smoke && !checked.spec.command.empty()) {
      const std::string restart = try_restart(context, text, checked.spec, detail);
      if (context.json) {
        json += restart;
      } else {
        std::cout << restart;
      }
    }
  }
  if (options.quote) {
    const std::string quote = quote_for(context, checked.spec, durations_s);
    if (context.json) {
      json += quote.empty() ? "" : ",\"quote\":" + quote;
    } else {
      std::cout << quote;
    }
  }
  if (context.json) {
    std::cout << json << "}\n";
  }
  return well;
}

int check(Context& context, const CheckOptions& options) {
  const idl::StudyText text = read_study(options.file);
  idl::StudyCheck result;
  context.engine().call([&](idl::EngineClient& client) { client.check_study(result, text); });
  const bool more = result.errors.empty() && (options.smoke || options.quote);
  if (context.json && !more) {
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
    std::cout << shown(options.file) << ": study " << shown(result.spec.name)
              << " is valid; algorithm " << shown(result.algorithm_note) << "\n";
    for (const std::string& note : result.notes) {
      std::cout << "note: " << shown(note) << "\n";
    }
  }
  if (options.explain && !context.json) {
    print_explained(result, Screen::of(STDOUT_FILENO));
  }
  return !more || try_out(context, options, text, result) ? kDone : kFailed;
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  static CheckOptions options;
  Command command = add_command(
      app,
      context,
      "check",
      "Check a study file without starting it",
      "  automl check study.yaml --explain    every key with the value in force\n"
      "  automl check study.yaml --smoke      run one trial, show what it reported; if it\n"
      "                                       saves, again with a kill midway\n"
      "  automl check study.yaml --quote      and what the whole budget will take",
      true);
  command.option("FILE", options.file, "The study file").required();
  command.flag("--explain", options.explain, "Show all keys, defaults included");
  command.flag("--smoke", options.smoke, "Run one trial with the defaults");
  command.flag("--quote", options.quote, "Time and slots the budget will take");
  command.then([&context] { context.chosen = [&context] { return check(context, options); }; });
}

}  // namespace automl::cli
