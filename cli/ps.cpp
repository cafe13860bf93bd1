// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

// Room for a name and a value such as "val_accuracy 0.9781".
constexpr std::size_t kLeastMetric = 19;
constexpr std::size_t kLongestMetric = 24;

std::string latest(const idl::SessionRow& row) {
  if (!row.note.empty()) {
    return shown(row.note);
  }
  const std::string& wanted = row.session.spec.required_metric;
  for (const auto& [metric, value] : row.latest_metrics) {
    if (wanted.empty() || metric == wanted) {
      const std::string number = number_text(value, 4);
      return cut(shown(metric), kLongestMetric) + " " + number;
    }
  }
  return "";
}

std::string gpus(const idl::SessionRow& row) {
  std::string text;
  for (const std::int32_t gpu : row.attempt.placement.gpus) {
    text += (text.empty() ? "" : ",") + std::to_string(gpu);
  }
  return text.empty() ? "–" : text;
}

int ps(Context& context, const idl::SessionFilter& filter) {
  idl::SessionList list;
  context.engine().call([&](idl::EngineClient& client) { client.list_sessions(list, filter); });
  if (context.json) {
    std::cout << idl::to_json(list) << "\n";
    return kDone;
  }
  if (list.rows.empty()) {
    std::cout << (filter.include_finished ? "no session yet" : "no session runs or waits")
              << (filter.include_finished ? "" : "; -a shows those that ended") << "\n";
    return kDone;
  }
  Table table;
  table.add_column("SESSION").may_shrink(12);
  table.add_column("STATE");
  table.add_column("STUDY").may_shrink(8).may_drop();
  table.add_column("STEP", true).may_drop();
  table.add_column("METRIC").may_shrink(kLeastMetric);
  const bool any_gpu = std::any_of(list.rows.begin(), list.rows.end(), [](const auto& row) {
    return !row.attempt.placement.gpus.empty();
  });
  table.add_column("GPU", true);
  if (!any_gpu) {
    table.may_drop();
  }
  table.add_column("CPU", true).may_drop();
  table.add_column("MEM", true);
  if (any_gpu) {
    table.may_drop();
  }
  table.add_column("ELAPSED", true);
  table.add_column("NODE").may_shrink(5).may_drop();
  for (const idl::SessionRow& row : list.rows) {
    const idl::Session& session = row.session;
    const std::int64_t start_ms = session.started_ms > 0 ? session.started_ms : session.created_ms;
    const std::int64_t end_ms = session.ended_ms > 0 ? session.ended_ms : list.now_ms;
    const std::string study =
        row.study.empty() ? "" : row.study + "/" + std::to_string(session.trial_number);
    table.add_row({shown(session.name),
                   state_word(session.state),
                   shown(study),
                   row.latest_metrics.empty() ? "" : std::to_string(row.latest_step),
                   latest(row),
                   gpus(row),
                   row.attempt.placement.cpus > 0 ? std::to_string(row.attempt.placement.cpus) : "",
                   row.memory_bytes > 0 ? bytes_text(row.memory_bytes) : "",
                   duration_text(static_cast<double>(end_ms - start_ms) / 1e3),
                   shown(row.attempt.placement.node)});
  }
  std::cout << table.text(Screen::of(STDOUT_FILENO).width);
  if (list.total > static_cast<std::int64_t>(list.rows.size())) {
    std::cout << "… and " << list.total - static_cast<std::int64_t>(list.rows.size()) << " more\n";
  }
  return kDone;
}

}  // namespace

void add_ps(CLI::App& app, Context& context) {
  static idl::SessionFilter filter;
  filter.limit = 100;
  Command command = add_command(app,
                                context,
                                "ps",
                                "List sessions",
                                "  automl ps              what runs and waits\n"
                                "  automl ps -a -n 20     the newest 20, ended ones included",
                                true);
  command.flag("-a,--all", filter.include_finished, "Ended sessions as well");
  command.option("-n,--limit", filter.limit, {1, 100'000}, "At most this many");
  command.option("STUDY", filter.study, "Only this study's");
  command.then([&context] { context.chosen = [&context] { return ps(context, filter); }; });
}

}  // namespace automl::cli
