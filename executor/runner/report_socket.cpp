// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/report_socket.hpp"

#include <cstring>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "executor/runner/metric_patterns.hpp"

namespace automl::executor {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestLine = 1 << 20;
constexpr std::size_t kMostClients = 64;
constexpr std::size_t kMostMetrics = 1'000;
constexpr std::size_t kLongestName = 200;

// Python writes NaN, Infinity and -Infinity bare; JSON has no such words.
std::string quote_bare_words(const std::string& line) {
  std::string result;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '\\' && i + 1 < line.size()) {
      result += c;
      result += line[++i];
      continue;
    }
    quoted = c == '"' ? !quoted : quoted;
    bool replaced = false;
    for (const char* word : {"-Infinity", "Infinity", "NaN"}) {
      if (!quoted && line.compare(i, std::strlen(word), word) == 0) {
        result += '"' + std::string(word) + '"';
        i += std::strlen(word) - 1;
        replaced = true;
        break;
      }
    }
    if (!replaced) {
      result += c;
    }
  }
  return result;
}

bool number_of(const json& value, double& number) {
  if (value.is_number()) {
    number = value.get<double>();
    return true;
  }
  if (value.is_boolean()) {
    number = value.get<bool>() ? 1 : 0;
    return true;
  }
  return value.is_string() && parse_number(value.get_ref<const std::string&>(), number);
}

std::string private_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const std::string folder = runtime != nullptr && std::strlen(runtime) < 60
                                 ? std::string(runtime) + "/automl"
                                 : "/tmp/automl-" + std::to_string(getuid());
  mkdir(folder.c_str(), 0700);
  struct stat facts {};
  if (lstat(folder.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode) || facts.st_uid != getuid() ||
      (facts.st_mode & 077) != 0) {
    throw std::runtime_error(folder + " is not a private folder of this user");
  }
  return folder;
}

const char* word(idl::VerdictAction::type action) {
  switch (action) {
    case idl::VerdictAction::STOP:
      return "stop";
    case idl::VerdictAction::PAUSE:
      return "pause";
    default:
      return "continue";
  }
}

}  // namespace

std::optional<ProgramReport> parse_report(const std::string& line, std::string& error) {
  json message = json::parse(line, nullptr, false);
  if (message.is_discarded()) {
    message = json::parse(quote_bare_words(line), nullptr, false);
  }
  ProgramReport report;
  if (message.is_object() && message.contains("verdict")) {
    report.asks_only = true;
    return report;
  }
  if (!message.is_object() || !message.contains("report") || !message["report"].is_object()) {
    error = "expected {\"report\": {\"step\": 1, \"metric\": 0.5}}";
    return std::nullopt;
  }
  for (const auto& [name, value] : message["report"].items()) {
    double number = 0;
    if (!number_of(value, number)) {
      error = "\"" + name.substr(0, kLongestName) + "\" is not a number";
      return std::nullopt;
    }
    if (name == "step") {
      if (!(number >= -9e15 && number <= 9e15)) {
        error = "\"step\" is not a whole number";
        return std::nullopt;
      }
      report.step = static_cast<std::int64_t>(number);
    } else {
      report.metrics[name] = number;
    }
    if (name.empty() || name.size() > kLongestName || report.metrics.size() > kMostMetrics) {
      error = "names have 1 to 200 bytes, a report at most 1000 metrics";
      return std::nullopt;
    }
  }
  if (report.metrics.empty()) {
    error = "a report needs at least one metric";
    return std::nullopt;
  }
  return report;
}

struct ReportSocket::Client {
  int fd = -1;
  std::string received;
  bool skipping = false;  // rest of a line that was too long

  ~Client() { close(fd); }
};

ReportSocket::ReportSocket(const std::string& tag, Handler handler)
    : path_(private_folder() + "/" + tag + ".sock"), handler_(std::move(handler)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) {
    throw std::runtime_error("the socket's path is too long: " + path_);
  }
  std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  unlink(path_.c_str());
  if (listener_ < 0 ||
      bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 64) != 0) {
    throw std::runtime_error("cannot listen at " + path_ + ": " + std::strerror(errno));
  }
}

ReportSocket::~ReportSocket() {
  close(listener_);
  unlink(path_.c_str());
}

void ReportSocket::add_to(std::vector<pollfd>& polled) const {
  polled.push_back({listener_, POLLIN, 0});
  for (const auto& client : clients_) {
    polled.push_back({client->fd, POLLIN, 0});
  }
}

void ReportSocket::serve(const std::vector<pollfd>& polled, std::size_t first) {
  std::vector<std::unique_ptr<Client>> kept;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    const bool ready = polled[first + 1 + i].revents != 0;
    if (!ready || read_client(*clients_[i])) {
      kept.push_back(std::move(clients_[i]));
    }
  }
  clients_ = std::move(kept);
  if (polled[first].revents != 0) {
    accept_client();
  }
}

void ReportSocket::accept_client() {
  const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) {
    return;
  }
  if (clients_.size() >= kMostClients) {
    clients_.erase(clients_.begin());
  }
  clients_.push_back(std::make_unique<Client>());
  clients_.back()->fd = fd;
}

bool ReportSocket::read_client(Client& client) {
  char buffer[65536];
  const ssize_t count = read(client.fd, buffer, sizeof buffer);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
    return false;
  }
  client.received.append(buffer, count > 0 ? static_cast<std::size_t>(count) : 0);
  std::size_t start = 0;
  for (std::size_t end = 0; (end = client.received.find('\n', start)) != std::string::npos;
       start = end + 1) {
    if (!client.skipping) {
      answer(client, client.received.substr(start, end - start));
    }
    client.skipping = false;
  }
  client.received.erase(0, start);
  if (client.received.size() > kLongestLine) {
    if (!client.skipping) {
      answer(client, "");
    }
    client.skipping = true;
    client.received.clear();
  }
  return true;
}

void ReportSocket::answer(Client& client, const std::string& line) {
  std::string error;
  json reply;
  if (const auto report = parse_report(line, error)) {
    const idl::Verdict verdict = handler_(*report);
    reply = {{"verdict", word(verdict.action)}, {"reason", verdict.reason}};
  } else {
    reply = {{"error", error}};
  }
  const std::string text = reply.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
  // A program that does not read its answers loses them; it cannot block the runner.
  send(client.fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace automl::executor
