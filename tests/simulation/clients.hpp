// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/event.hpp"

#include "tests/simulation/network.hpp"
#include "tests/simulation/observer.hpp"
#include "tests/simulation/world.hpp"

namespace automl::simulation {

// People and programs who call the engine. Each repeats a request until it gets an answer, as the
// command line does, checks that what was acknowledged is durable, and at times asks again with the
// same request id, or with the same id for something else.
class Clients {
 public:
  Clients(World& world, Observer& observer, Network& network)
      : world_(world), observer_(observer), network_(network) {}

  // Whose requests the next ones are.
  void act_as(const std::string& user) { user_ = user; }
  void submit_study(const idl::StudySpec& spec);
  void enqueue(const std::string& study, double lr);
  void submit_session(const idl::SessionSpec& spec);
  void change_study(const std::string& study, idl::StudyAction::type action);
  // Budget, places or a range of its file, as it is known now.
  void edit_study(const std::string& study);
  void change_session(const std::string& session, idl::SessionAction::type action);
  void stop_session(const std::string& session, bool kill);
  // Asks for trials and tells their values until the study has ended. Harmless when somebody does.
  void drive(const std::string& study);

  // Requests without an answer and trials whose values will be told.
  int waiting() const { return waiting_ + handed_out_; }

 private:
  struct Request {
    std::string what;
    engine::Caller caller;
    std::function<engine::Event(const engine::Caller&)> make;
    // Whether what a success says is durable; throws Violation if not. `fresh`: it became so in
    // this very turn, by this request alone.
    std::function<void(const engine::Payload&, bool fresh)> check;
    std::function<void(const engine::Payload&)> done;
    bool keeps_reply = true;  // a repeat is recognised by its id
  };

  struct Enqueued {
    std::size_t sent = 0;
    std::set<std::string> acknowledged;  // request ids
  };

  engine::Caller new_caller();
  void perform(Request request);
  void send(std::shared_ptr<Request> request, std::function<void(const engine::Payload&)> answered);
  void check_given(const Request& request, const engine::Payload& payload);
  void maybe_repeat(std::shared_ptr<Request> request, const engine::Payload& first);
  void ask(const std::string& study);
  void ask_later(const std::string& study);
  void evaluate(const std::string& study, const std::vector<idl::Trial>& trials);
  void tell(const std::string& study, const idl::Trial& trial);
  const idl::Study* find(const std::string& study) const;

  World& world_;
  std::string user_ = "ada";
  Observer& observer_;
  Network& network_;
  int waiting_ = 0;
  int handed_out_ = 0;
  std::set<std::string> asking_;       // studies with an ask under way
  std::map<std::string, int> untold_;  // trials handed out, by study
  std::map<std::string, Enqueued> enqueued_;
};

}  // namespace automl::simulation
