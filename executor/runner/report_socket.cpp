// SPDX-License-Identifier: Apache-2.0
#include "executor/runner/report_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "executor/runner/metric_patterns.hpp"

namespace automl::executor {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestLine = 1 << 20;
constexpr std::size_t kMostClients = 256;
constexpr int kQueuedClients = 64;
constexpr std::size_t kReadBytes = 64 << 10;
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

// Names and metrics: something that can be shown.
bool odd(const std::string& name) {
  return name.empty() || name.size() > kLongestName ||
         std::any_of(
             name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::optional<ProgramReport> parse_save(const json& save, std::string& error) {
  if (!save.is_object() || !save.contains("name") || !save["name"].is_string() ||
      odd(save["name"].get<std::string>())) {
    error = "expected {\"save\": {\"name\": \"model\"}}, a name of 1 to 200 printable bytes";
    return std::nullopt;
  }
  ProgramReport report;
  report.save = save["name"].get<std::string>();
  return report;
}

idl::Value value_of(const json& value) {
  idl::Value found;
  if (value.is_boolean()) {
    found.__set_flag(value.get<bool>());
  } else if (value.is_number_integer()) {
    found.__set_integer(value.get<std::int64_t>());
  } else if (value.is_number()) {
    found.__set_real(value.get<double>());
  } else {
    found.__set_text(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return found;
}

std::optional<ProgramReport> parse_uses(const json& uses, std::string& error) {
  ProgramReport report;
  report.asks_only = true;
  report.uses.emplace();
  for (const auto& [name, value] : uses.items()) {
    if (!uses.is_object() || odd(name) || report.uses->size() >= kMostMetrics) {
      error = "expected {\"uses\": {\"lr\": 0.1}}, at most 1000 names of 1 to 200 printable bytes";
      return std::nullopt;
    }
    idl::Assignment& one = report.uses->emplace_back();
    one.parameter = name;
    one.value = value_of(value);
  }
  return report;
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
  if (message.is_object() && message.contains("save")) {
    return parse_save(message["save"], error);
  }
  if (message.is_object() && message.contains("uses")) {
    return parse_uses(message["uses"], error);
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
      if (!(number >= -9e15 && number <= 9e15) || number != std::floor(number)) {
        error = "\"step\" is not a whole number";
        return std::nullopt;
      }
      report.step = static_cast<std::int64_t>(number);
    } else {
      report.metrics[name] = number;
    }
    if (odd(name) || report.metrics.size() > kMostMetrics) {
      error = "names have 1 to 200 printable bytes, a report at most 1000 metrics";
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
  std::uint64_t number = 0;
  std::string received;
  bool skipping = false;  // rest of a line that was too long
  std::string unsent;     // rest of an answer for which there was no room

  Client(int socket, std::uint64_t its_number) : fd(socket), number(its_number) {}
  ~Client() { close(fd); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send_some() {
    const ssize_t count = send(fd, unsent.data(), unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    unsent.erase(0, count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  // Answers are sent whole or not at all, so that lines stay lines.
  void answer(const json& reply) {
    if (unsent.empty()) {
      unsent = reply.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
      const std::size_t size = unsent.size();
      send_some();
      if (unsent.size() == size) {
        unsent.clear();
      }
    }
  }
};

ReportSocket::ReportSocket(std::string path, Handler handler, SaveHandler save)
    : path_(std::move(path)),
      handler_(std::move(handler)),
      save_(std::move(save)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) {
    char folder[] = "/tmp/automl-XXXXXX";
    if (mkdtemp(folder) == nullptr) {
      throw std::runtime_error(std::string("no folder below /tmp: ") + std::strerror(errno));
    }
    folder_ = folder;
    path_ = folder_ + "/socket";
  }
  std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  unlink(path_.c_str());
  if (listener_ < 0 ||
      bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, kQueuedClients) != 0) {
    throw std::runtime_error("cannot listen at " + path_ + ": " + std::strerror(errno));
  }
}

ReportSocket::~ReportSocket() {
  close(listener_);
  close(wake_);
  unlink(path_.c_str());
  if (!folder_.empty()) {
    rmdir(folder_.c_str());
  }
}

void ReportSocket::add_to(std::vector<pollfd>& polled) const {
  polled.push_back({listener_, POLLIN, 0});
  polled.push_back({wake_, POLLIN, 0});
  for (const auto& client : clients_) {
    const int events = client->unsent.empty() ? POLLIN : POLLIN | POLLOUT;
    polled.push_back({client->fd, static_cast<short>(events), 0});
  }
}

void ReportSocket::serve(const std::vector<pollfd>& polled, std::size_t first) {
  std::vector<std::unique_ptr<Client>> kept;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    const short found = polled[first + 2 + i].revents;
    if ((found & POLLOUT) != 0) {
      clients_[i]->send_some();
    }
    if ((found & ~POLLOUT) == 0 || read_client(*clients_[i])) {
      kept.push_back(std::move(clients_[i]));
    }
  }
  clients_ = std::move(kept);
  if (polled[first].revents != 0) {
    accept_client();
  }
  if (polled[first + 1].revents != 0) {
    answer_savers();
  }
}

void ReportSocket::answer_savers() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t size = read(wake_, &count, sizeof count);
  std::vector<Saved> saved;
  {
    const std::lock_guard lock(saved_mutex_);
    saved.swap(saved_);
  }
  for (const Saved& one : saved) {
    const auto client = std::find_if(clients_.begin(), clients_.end(), [&](const auto& other) {
      return other->number == one.client;
    });
    if (client != clients_.end()) {
      (*client)->answer(one.error.empty() ? json{{"saved", true}} : json{{"error", one.error}});
    }
  }
}

void ReportSocket::drain() {
  while (accept_client()) {
  }
  for (const auto& client : clients_) {
    while (read_client(*client)) {
      pollfd more{client->fd, POLLIN, 0};
      if (poll(&more, 1, 0) <= 0) {
        break;
      }
    }
  }
  clients_.clear();
}

bool ReportSocket::accept_client() {
  const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) {
    return false;
  }
  auto client = std::make_unique<Client>(fd, ++last_client_);
  if (clients_.size() >= kMostClients) {
    client->answer({{"error", "too many connections at once"}});
  } else {
    clients_.push_back(std::move(client));
  }
  return true;
}

bool ReportSocket::read_client(Client& client) {
  char buffer[kReadBytes];
  const ssize_t count = read(client.fd, buffer, sizeof buffer);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
    return false;
  }
  std::string_view chunk(buffer, count > 0 ? static_cast<std::size_t>(count) : 0);
  for (std::size_t end = 0; (end = chunk.find('\n')) != std::string_view::npos;
       chunk.remove_prefix(end + 1)) {
    if (client.received.empty()) {
      take_line(client, chunk.substr(0, end));
    } else {
      client.received.append(chunk.substr(0, end));
      take_line(client, client.received);
      client.received.clear();
    }
    client.skipping = false;
  }
  if (!client.skipping) {
    client.received.append(chunk);
  }
  if (client.received.size() > kLongestLine) {
    client.answer({{"error", "a line has at most 1 MiB"}});
    client.skipping = true;
    client.received.clear();
    client.received.shrink_to_fit();
  }
  return true;
}

void ReportSocket::take_line(Client& client, std::string_view line) {
  if (client.skipping) {
    return;
  }
  std::string error;
  const auto report = parse_report(std::string(line), error);
  if (report && report->uses) {  // whoever says so need not listen to verdicts
    handler_(*report);
    return client.answer({{"noted", true}});
  }
  used_ = true;
  if (report && report->save) {
    save_(*report->save, [this, number = client.number](const std::string& trouble) {
      {
        const std::lock_guard lock(saved_mutex_);
        saved_.push_back({number, trouble});
      }
      const std::uint64_t one = 1;
      [[maybe_unused]] const ssize_t size = write(wake_, &one, sizeof one);
    });
  } else if (report) {
    const idl::Verdict verdict = handler_(*report);
    told_to_pause_ |= verdict.action == idl::VerdictAction::PAUSE;
    client.answer({{"verdict", word(verdict.action)}, {"reason", verdict.reason}});
  } else {
    client.answer({{"error", error}});
  }
}

}  // namespace automl::executor
