// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <vector>

#include "service_types.h"

namespace automl::executor {

// What a program asks of its runner in one line of JSON.
struct ProgramReport {
  bool asks_only = false;  // {"verdict": {}}
  std::optional<std::int64_t> step;
  std::map<std::string, double> metrics;
};

// Reads a line such as {"report": {"step": 3, "loss": 0.2}}. Python's NaN and Infinity and their
// quoted forms are numbers. Unset with a message in `error` when the line is something else.
std::optional<ProgramReport> parse_report(const std::string& line, std::string& error);

// The local socket at AUTOML_SOCKET: JSON lines in, a verdict line out for each. Driven by the
// runner's poll loop; nothing a program sends can block or break the runner. A program that does
// not read its answers misses some of them.
class ReportSocket {
 public:
  using Handler = std::function<idl::Verdict(const ProgramReport&)>;

  // Listens at `path`, or where that is too long for a socket in a private folder below /tmp.
  // Throws std::runtime_error.
  ReportSocket(std::string path, Handler handler);
  ~ReportSocket();

  const std::string& path() const { return path_; }
  // Adds what to wait for; then handle what `poll` found, from `first` on.
  void add_to(std::vector<pollfd>& polled) const;
  void serve(const std::vector<pollfd>& polled, std::size_t first);
  // Handles everything that was sent before now.
  void drain();

 private:
  struct Client;
  bool accept_client();
  // False when the client has gone.
  bool read_client(Client& client);
  void take_line(Client& client, std::string_view line);

  std::string path_;
  std::string folder_;  // made for it below /tmp; empty: none
  Handler handler_;
  int listener_ = -1;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace automl::executor
