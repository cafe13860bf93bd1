// SPDX-License-Identifier: Apache-2.0
// report: what a shell script in a session says to its runner.
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "idl/json_writer.hpp"

namespace automl::cli {

namespace {

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

int report(Context& context, const std::vector<std::string>& metrics) {
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

}  // namespace

void add_report(CLI::App& app, Context& context) {
  static std::vector<std::string> metrics;
  Command command = add_command(app,
                                context,
                                "report",
                                "Inside a session: report metrics; prints continue or stop",
                                "  automl report step=3 loss=0.2\n"
                                "  [ \"$(automl report loss=$loss)\" = stop ] && exit");
  command.list("NAME=NUMBER", metrics, "Metrics, and step=N").required();
  command.then([&context] { context.chosen = [&context] { return report(context, metrics); }; });
}

}  // namespace automl::cli
