// SPDX-License-Identifier: Apache-2.0
// Drives one study from outside with several clients at once and says how many trials a second were
// asked for and told, each answer durable. usage: see main.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "idl/connection.hpp"

namespace {

using automl::idl::Connection;
using Seconds = std::chrono::duration<double>;

double now_s() {
  return std::chrono::duration_cast<Seconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string study_text(const std::string& name, const std::string& algorithm) {
  std::string text = "study: " + name +
                     "\nobjective: {metric: loss, goal: minimize}\nalgorithm: " + algorithm +
                     "\nseed: 1\nbudget: {trials: 10000000}\nspace:\n";
  for (int i = 0; i < 10; ++i) {
    text += "  x" + std::to_string(i) + ": {float: [0, 1]}\n";
  }
  return text;
}

// Asks for `at_once` trials, tells each a value, until the clock or the count says stop.
void drive(const automl::idl::Endpoint& endpoint,
           const std::string& study,
           int at_once,
           double until_s,
           std::atomic<long>& left,
           std::atomic<long>& done) {
  Connection connection(endpoint);
  while (now_s() < until_s && left.fetch_sub(at_once) > 0) {
    std::vector<automl::idl::Trial> trials;
    connection.engine().ask(trials, automl::idl::new_request_id(), study, at_once);
    for (const automl::idl::Trial& trial : trials) {
      automl::idl::Outcome outcome;
      outcome.__set_value(trial.configuration.front().value.real);
      connection.engine().tell("", study, trial.number, outcome);
      ++done;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr,
                 "usage: ask_tell_client ENDPOINT STUDY ALGORITHM CLIENTS AT_ONCE SECONDS TRIALS\n");
    return 2;
  }
  const auto endpoint = automl::idl::parse_endpoint(argv[1]);
  const std::string study = argv[2];
  const int clients = std::atoi(argv[4]);
  const int at_once = std::atoi(argv[5]);
  const double seconds = std::atof(argv[6]);
  Connection connection(endpoint);
  automl::idl::StudyText text;
  text.text = study_text(study, argv[3]);
  text.path = "bench.yaml";
  text.directory = "/";
  automl::idl::SubmitReply reply;
  try {
    connection.engine().submit_study(reply, automl::idl::new_request_id(), text, "", false);
  } catch (const automl::idl::InvalidRequest& error) {
    std::fprintf(stderr, "%s\n", error.message.c_str());
    for (const auto& one : error.errors) {
      std::fprintf(stderr, "%d:%d: %s\n", one.line, one.column, one.message.c_str());
    }
    return 1;
  }
  std::atomic<long> left = std::atol(argv[7]);
  std::atomic<long> done = 0;
  const double start_s = now_s();
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] { drive(endpoint, study, at_once, start_s + seconds, left, done); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const double elapsed_s = now_s() - start_s;
  std::printf("{\"clients\": %d, \"trials\": %ld, \"seconds\": %.3f, \"trials_per_s\": %.1f}\n",
              clients, done.load(), elapsed_s, static_cast<double>(done.load()) / elapsed_s);
  return 0;
}
