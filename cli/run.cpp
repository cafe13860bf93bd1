// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <filesystem>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/log_stream.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

struct RunOptions {
  int gpus = 0;
  int cpus = 1;
  std::string memory;
  std::string time;
  std::vector<std::string> datasets;
  std::vector<std::string> environment;
  bool detach = false;
  std::vector<std::string> command;
};

// A number with a unit out of `units`; throws UsageError naming the option.
std::int64_t with_unit(const std::string& text,
                       const char* option,
                       const std::vector<std::pair<std::string, double>>& units) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, value);
  const std::string unit(parsed, end);
  for (const auto& [name, factor] : units) {
    if (error == std::errc() && unit == name && value >= 0 && value * factor < 9e18) {
      return static_cast<std::int64_t>(value * factor);
    }
  }
  std::string known;
  for (const auto& [name, factor] : units) {
    known += (known.empty() ? "" : ", ") + (name.empty() ? std::string("none") : name);
  }
  throw UsageError(std::string(option) + ": expected a number with a unit (" + known + "), got \"" +
                   text + "\"");
}

std::int64_t memory_bytes(const std::string& text) {
  return text.empty() ? 0
                      : with_unit(text,
                                  "-m",
                                  {{"G", 1ULL << 30},
                                   {"GiB", 1ULL << 30},
                                   {"GB", 1e9},
                                   {"M", 1 << 20},
                                   {"MiB", 1 << 20},
                                   {"MB", 1e6}});
}

std::int64_t time_s(const std::string& text) {
  return text.empty()
             ? 0
             : with_unit(text, "-t", {{"s", 1}, {"", 1}, {"m", 60}, {"h", 3'600}, {"d", 86'400}});
}

std::string shell_word(const std::string& word) {
  std::string result = "'";
  for (const char c : word) {
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result + "'";
}

idl::SessionSpec session_spec(const RunOptions& options) {
  idl::SessionSpec spec;
  // One argument is a shell line; several are words, as the shell here has split them.
  for (const std::string& word : options.command) {
    spec.command +=
        options.command.size() == 1 ? word : (spec.command.empty() ? "" : " ") + shell_word(word);
  }
  spec.resources.gpus = options.gpus;
  spec.resources.cpus = options.cpus;
  spec.resources.memory_bytes = memory_bytes(options.memory);
  spec.resources.time_s = time_s(options.time);
  spec.working_directory = std::filesystem::current_path().string();
  for (const std::string& dataset : options.datasets) {
    if (!std::filesystem::exists(dataset)) {
      throw UsageError("-d: there is no " + dataset);
    }
    spec.datasets.push_back(std::filesystem::absolute(dataset).lexically_normal().string());
  }
  for (const std::string& entry : options.environment) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("-e: expected KEY=VALUE, got \"" + entry + "\"");
    }
    spec.environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return spec;
}

std::string dataset_name(const idl::SessionSpec& spec) {
  if (spec.datasets.empty()) {
    return "none";
  }
  std::string name = std::filesystem::path(spec.datasets.front() + "/").parent_path().filename();
  for (char& c : name) {
    c = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ? c : '-';
  }
  return name.empty() ? "none" : name.substr(0, 64);
}

int run(Context& context, const RunOptions& options) {
  EngineConnection& engine = context.engine();
  const idl::SessionSpec spec = session_spec(options);
  idl::SubmitSessionReply reply;
  const std::string request = idl::new_request_id();
  engine.call([&](idl::EngineClient& client) {
    client.run_session(reply, request, spec, dataset_name(spec));
  });
  const std::string name = reply.session.name;
  if (options.detach) {
    std::cout << (context.json ? idl::to_json(reply.session) : name) << "\n";
    return kDone;
  }
  if (!context.quiet) {
    std::cerr << "session " << shown(name) << "\n";
  }
  listen_for_interrupts();
  LogStream log(engine, name, false);
  std::string waiting;
  for (;;) {
    idl::SessionRow row;
    engine.call([&](idl::EngineClient& client) { client.show_session(row, name); });
    if (!row.note.empty() && row.note != waiting && !context.quiet &&
        row.session.state == idl::SessionState::QUEUED) {
      std::cerr << "automl: " << shown(row.note) << "\n";
      waiting = row.note;
    }
    log.copy_new();
    if (row.session.ended_ms != 0) {
      log.copy_rest();
      if (row.session.state != idl::SessionState::COMPLETE && !context.quiet) {
        std::cerr << "automl: session " << shown(name) << " " << state_word(row.session.state)
                  << ": " << shown(row.session.reason) << "\n";
      }
      const int code = row.session.exit_code;
      return code != 0 ? code : (row.session.state == idl::SessionState::COMPLETE ? 0 : kFailed);
    }
    if (interrupted()) {
      std::cerr << "\ndetached; the session goes on\nautoml logs -f " << shown(name)
                << " comes back · automl stop " << shown(name) << " ends it\n";
      return kDone;
    }
    rest_ms(100);
  }
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  static RunOptions options;
  Command command =
      add_command(app,
                  context,
                  "run",
                  "Run a command as a session with resources of its own",
                  "  automl run -g 1 -- python3 train.py --lr 0.1     with one GPU, streamed\n"
                  "  automl run -c 4 -m 8GiB -d ./data -- ./train.sh  the exit code is passed on",
                  true);
  command.option("-g,--gpus", options.gpus, {0, 1'000}, "GPUs");
  command.option("-c,--cpus", options.cpus, {0, 10'000}, "CPUs");
  command.option("-m,--memory", options.memory, "Memory limit, such as 8GiB").takes("SIZE");
  command.option("-t,--time", options.time, "Time limit, such as 30m or 2h").takes("TIME");
  command.list("-d,--dataset", options.datasets, "A dataset: a path on this machine").takes("PATH");
  command.list("-e,--env", options.environment, "Set in the program's environment")
      .takes("KEY=VALUE");
  command.flag("--detach", options.detach, "Print the session's name and return at once");
  command.list("COMMAND", options.command, "After --: the command with its arguments").required();
  command.then([&context] { context.chosen = [&context] { return run(context, options); }; });
}

}  // namespace automl::cli
