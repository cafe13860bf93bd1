// SPDX-License-Identifier: Apache-2.0
// report: what a study's trials say; and, with NAME=NUMBER, what a script says to its runner.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/report_page.hpp"
#include "cli/report_text.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

constexpr int kPage = 1'000;

// One line to the runner and its answer. Throws UsageError when there is none.
std::string ask_runner(const std::string& path, const std::string& line) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int channel = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer;
  if (connect(channel, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      send(channel, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size())) {
    for (char c = 0; read(channel, &c, 1) == 1 && c != '\n';) {
      answer += c;
    }
  }
  close(channel);
  if (answer.empty()) {
    throw UsageError("the runner at " + path + " does not answer");
  }
  return answer;
}

int report_metrics(Context& context, const std::vector<std::string>& metrics) {
  std::string fields;
  for (const std::string& metric : metrics) {
    const auto equals = metric.find('=');
    char* end = nullptr;
    const char* text = metric.c_str() + equals + 1;
    if (equals == std::string::npos || equals == 0 || (std::strtod(text, &end), end == text) ||
        *end != '\0') {
      throw UsageError("expected NAME=NUMBER, got \"" + metric + "\"");
    }
    fields += (fields.empty() ? "" : ", ") + idl::json_quoted(metric.substr(0, equals)) + ": " +
              idl::json_quoted(text);
  }
  const char* path = std::getenv("AUTOML_SOCKET");
  if (path == nullptr) {
    std::cout << "[automl] {" << fields << "}\n";  // by hand, outside of a session
    return kDone;
  }
  const auto answer =
      nlohmann::json::parse(ask_runner(path, "{\"report\": {" + fields + "}}\n"), nullptr, false);
  if (answer.contains("error")) {
    throw UsageError(answer["error"].get<std::string>());
  }
  if (!context.quiet && answer.contains("verdict")) {
    std::cout << answer["verdict"].get<std::string>() << "\n";
  }
  return kDone;
}

ReportData load(Context& context, const std::string& study) {
  EngineConnection& engine = context.engine();
  ReportData data;
  engine.call([&](idl::EngineClient& client) { client.report_study(data.report, study); });
  for (std::int64_t from = 0;;) {
    idl::TrialPage page;
    engine.call([&](idl::EngineClient& client) { client.list_trials(page, study, from, kPage); });
    for (idl::Trial& trial : page.trials) {
      from = trial.number + 1;
      if (trial.__isset.repeat_of) {
        continue;  // the comparison has them
      }
      data.trials.push_back(std::move(trial));
    }
    if (page.trials.size() < static_cast<std::size_t>(kPage)) {
      return data;
    }
  }
}

int report_study(Context& context, const std::string& study, const std::string& html) {
  if (context.json && html.empty()) {
    idl::StudyReport report;
    context.engine().call([&](idl::EngineClient& client) { client.report_study(report, study); });
    std::cout << idl::to_json(report) << "\n";
    return kDone;
  }
  const ReportData data = load(context, study);
  if (html.empty()) {
    std::cout << report_text(data, Screen::of(STDOUT_FILENO));
    return kDone;
  }
  const std::string page = report_page(data);
  if (html == "-") {
    std::cout << page;
    return kDone;
  }
  std::ofstream file(html, std::ios::binary);
  if (!(file << page).flush()) {
    throw UsageError("cannot write " + html + ": " + std::strerror(errno));
  }
  if (!context.quiet) {
    std::cout << html << " written (" << bytes_text(static_cast<std::int64_t>(page.size()))
              << "); any browser shows it\n";
  }
  return kDone;
}

// A study's name has no equals sign, a metric's report has one.
int report(Context& context, const std::vector<std::string>& words, const std::string& html) {
  const auto metrics = std::count_if(words.begin(), words.end(), [](const std::string& word) {
    return word.find('=') != std::string::npos;
  });
  if (metrics == std::ssize(words) && html.empty() && !context.json) {
    return report_metrics(context, words);
  }
  if (metrics == 0 && words.size() == 1) {
    return report_study(context, words.front(), html);
  }
  throw UsageError(
      "expected one STUDY, or inside a session NAME=NUMBER for each metric; automl help report "
      "shows both");
}

}  // namespace

void add_report(CLI::App& app, Context& context) {
  static std::vector<std::string> words;
  static std::string html;
  Command command = add_command(app,
                                context,
                                "report",
                                "Report on a study; inside a session: report metrics",
                                "  automl report digits\n"
                                "  automl report digits --html report.html\n"
                                "Inside a session (prints continue, stop or pause):\n"
                                "  automl report step=3 loss=0.2\n"
                                "  [ \"$(automl report loss=$loss)\" = stop ] && exit",
                                true);
  command.list("STUDY|NAME=NUMBER", words, "The study; or metrics, and step=N").required();
  command.option("--html", html, "Write one self-contained page; - is standard output")
      .takes("FILE");
  command.then(
      [&context] { context.chosen = [&context] { return report(context, words, html); }; });
}

}  // namespace automl::cli
