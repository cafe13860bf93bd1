// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <vector>

#include "service_types.h"

namespace automl::executor {

// What a program asks of its runner in one line of JSON.
struct ProgramReport {
  bool asks_only = false;           // {"verdict": {}}
  std::optional<std::string> save;  // {"save": {"name": "model"}}: the checkpoint's name
  // {"uses": {"lr": 0.1}}: parameters as the program has them.
  std::optional<std::vector<idl::Assignment>> uses;
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
  // Gets the name of a checkpoint that a program waits for, and what to call when it is durable, or
  // with the reason why it is not; from any thread, as long as this object lives.
  using SaveHandler =
      std::function<void(const std::string& name, std::function<void(const std::string& error)>)>;

  // Listens at `path`, or where that is too long for a socket in a private folder below /tmp.
  // Throws std::runtime_error.
  ReportSocket(std::string path, Handler handler, SaveHandler save);
  ~ReportSocket();

  const std::string& path() const { return path_; }
  // Whether a program has ever said something here, and whether it was told to pause.
  bool used() const { return used_; }
  bool told_to_pause() const { return told_to_pause_; }
  // Adds what to wait for; then handle what `poll` found, from `first` on.
  void add_to(std::vector<pollfd>& polled) const;
  void serve(const std::vector<pollfd>& polled, std::size_t first);
  // Handles everything that was sent before now.
  void drain();

 private:
  struct Client;
  struct Saved {
    std::uint64_t client = 0;
    std::string error;
  };
  bool accept_client();
  void answer_savers();
  // False when the client has gone.
  bool read_client(Client& client);
  void take_line(Client& client, std::string_view line);

  std::string path_;
  std::string folder_;  // made for it below /tmp; empty: none
  Handler handler_;
  SaveHandler save_;
  int listener_ = -1;
  int wake_ = -1;  // readable when something was saved
  std::uint64_t last_client_ = 0;
  bool used_ = false;
  bool told_to_pause_ = false;
  std::mutex saved_mutex_;
  std::vector<Saved> saved_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace automl::executor
