// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/clients.hpp"

#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "tests/simulation/invariants.hpp"
#include "tests/simulation/workload.hpp"

namespace automl::simulation {

namespace {

const engine::Refusal* refusal_in(const engine::Payload& payload) {
  return std::get_if<engine::Refusal>(&payload);
}

// What must be the same in a repeated reply, as text.
std::string essence(const engine::Payload& payload) {
  if (const auto* submitted = std::get_if<idl::SubmitReply>(&payload)) {
    return "study " + std::to_string(submitted->status.study.id) + " outcome " +
           std::to_string(submitted->outcome);
  }
  if (const auto* status = std::get_if<idl::StudyStatus>(&payload)) {
    return "study " + std::to_string(status->study.id);
  }
  if (const auto* session = std::get_if<idl::SubmitSessionReply>(&payload)) {
    return "session " + session->session.name;
  }
  if (const auto* trials = std::get_if<std::vector<idl::Trial>>(&payload)) {
    std::string text = "trials";
    for (const idl::Trial& trial : *trials) {
      text += " " + std::to_string(trial.number);
    }
    return text;
  }
  if (const auto* refusal = refusal_in(payload)) {
    return "refusal " + std::to_string(static_cast<int>(refusal->kind)) + ": " + refusal->message;
  }
  return "done";
}

void require(bool holds, const std::string& what) {
  if (!holds) {
    throw Violation(what);
  }
}

}  // namespace

engine::Caller Clients::new_caller() {
  engine::Caller caller;
  caller.principal = user_;
  caller.request_id = world_.dice.hex(16);
  caller.body_digest = world_.dice.hex(8);
  return caller;
}

const idl::Study* Clients::find(const std::string& study) const {
  for (const auto& [id, record] : observer_.facts().studies) {
    if (record.spec.name == study) {
      return &record;
    }
  }
  return nullptr;
}

void Clients::perform(Request request) {
  auto shared = std::make_shared<Request>(std::move(request));
  ++waiting_;
  world_.log([&] { return "client: " + shared->what; });
  send(shared, [this, shared](const engine::Payload& payload) {
    --waiting_;
    world_.log([&] { return "client: " + shared->what + " -> " + essence(payload); });
    if (refusal_in(payload) == nullptr) {
      maybe_repeat(shared, payload);
    }
    if (shared->done) {
      shared->done(payload);
    }
  });
}

void Clients::send(std::shared_ptr<Request> request,
                   std::function<void(const engine::Payload&)> answered) {
  network_.call(
      "",
      [request](engine::CallId id) {
        engine::Caller caller = request->caller;
        caller.call = id;
        return request->make(caller);
      },
      [this, request, answered](const Network::Answer& payload) {
        const engine::Refusal* refusal = payload ? refusal_in(*payload) : nullptr;
        if (payload &&
            (refusal == nullptr || refusal->kind != engine::Refusal::Kind::kUnavailable)) {
          return answered(*payload);
        }
        world_.agenda.in(world_.dice.between(200, 5'000),
                         [this, request, answered] { send(request, answered); });
      },
      [this, request](const engine::Payload& payload) { check_given(*request, payload); });
}

void Clients::check_given(const Request& request, const engine::Payload& payload) {
  if (refusal_in(payload) != nullptr) {
    return;
  }
  const Facts& facts = observer_.facts();
  const std::pair<std::string, std::string> key{request.caller.principal,
                                                request.caller.request_id};
  const auto stored = facts.replies.find(key);
  if (request.keeps_reply) {
    require(stored != facts.replies.end(),
            request.what + ": acknowledged, but a repeat would not be recognised");
    require(stored->second.body_digest == request.caller.body_digest,
            request.what + ": accepted with the id of another request");
  }
  const bool fresh = facts.fresh_replies.size() == 1 && facts.fresh_replies.count(key) == 1;
  request.check(payload, fresh);
}

void Clients::maybe_repeat(std::shared_ptr<Request> request, const engine::Payload& first) {
  if (world_.dice.chance(0.3)) {
    world_.agenda.in(world_.dice.between(0, 60'000), [this, request, text = essence(first)] {
      ++waiting_;
      send(request, [this, request, text](const engine::Payload& again) {
        --waiting_;
        require(essence(again) == text,
                request->what + ": answered with \"" + text + "\", when repeated with \"" +
                    essence(again) + "\"");
      });
    });
  }
  if (request->keeps_reply && world_.dice.chance(0.2)) {
    auto other = std::make_shared<Request>(*request);
    other->caller.body_digest += "-other";
    other->what += " (another body)";
    world_.agenda.in(world_.dice.between(0, 60'000), [this, other] {
      ++waiting_;
      send(other, [this, other](const engine::Payload& payload) {
        --waiting_;
        const engine::Refusal* refusal = refusal_in(payload);
        require(refusal != nullptr && refusal->kind == engine::Refusal::Kind::kConflict,
                other->what + ": should be a conflict, got \"" + essence(payload) + "\"");
      });
    });
  }
}

void Clients::submit_study(const idl::StudySpec& spec) {
  Request request;
  request.what = "submit study " + spec.name;
  request.caller = new_caller();
  request.make = [spec](const engine::Caller& caller) {
    engine::StudySubmitted event;
    event.caller = caller;
    event.spec = spec;
    event.source_digest = "source of " + spec.name;
    return event;
  };
  request.check = [this, spec](const engine::Payload&, bool) {
    require(find(spec.name) != nullptr, "study " + spec.name + " is acknowledged and not there");
  };
  request.done = [this, spec](const engine::Payload& payload) {
    if (const engine::Refusal* refusal = refusal_in(payload); refusal != nullptr) {
      require(refusal->message.rfind("inherit: ", 0) == 0 && !spec.inherit.empty(),
              "study refused: " + essence(payload));
      return;
    }
    if (spec.command.empty()) {
      drive(spec.name);
    }
  };
  perform(std::move(request));
}

void Clients::enqueue(const std::string& study, double lr) {
  Request request;
  request.what = "enqueue lr=" + std::to_string(lr) + " for study " + study;
  request.caller = new_caller();
  request.make = [study, lr](const engine::Caller& caller) {
    return engine::ConfigurationEnqueued{caller, study, {{"lr", std::to_string(lr)}}};
  };
  ++enqueued_[study].sent;
  request.check = [this, study, id = request.caller.request_id](const engine::Payload&, bool) {
    Enqueued& wanted = enqueued_[study];
    wanted.acknowledged.insert(id);
    const idl::Study* record = find(study);
    std::size_t kept = record->enqueued.size();
    for (const auto& [key, trial] : observer_.facts().trials) {
      kept += trial.study_id == record->id && trial.enqueued ? 1 : 0;
    }
    const std::size_t own = record->spec.enqueue.size();
    require(kept >= own + wanted.acknowledged.size() && kept <= own + wanted.sent,
            "study " + study + " keeps " + std::to_string(kept) + " enqueued configurations, " +
                std::to_string(wanted.acknowledged.size()) + " beside its own were acknowledged");
  };
  perform(std::move(request));
}

void Clients::submit_session(const idl::SessionSpec& spec) {
  Request request;
  request.what = "run a session";
  request.caller = new_caller();
  request.make = [spec](const engine::Caller& caller) {
    engine::SessionSubmitted event;
    event.caller = caller;
    event.spec = spec;
    return event;
  };
  request.check = [this](const engine::Payload& payload, bool) {
    const std::string name = std::get<idl::SubmitSessionReply>(payload).session.name;
    for (const auto& [id, session] : observer_.facts().sessions) {
      if (session.name == name) {
        return;
      }
    }
    throw Violation("session " + name + " is acknowledged and not there");
  };
  request.done = [](const engine::Payload& payload) {
    require(refusal_in(payload) == nullptr, "session refused: " + essence(payload));
  };
  perform(std::move(request));
}

void Clients::change_study(const std::string& study, idl::StudyAction::type action) {
  Request request;
  request.what = "change study " + study + " by action " + std::to_string(action);
  request.caller = new_caller();
  request.make = [study, action](const engine::Caller& caller) {
    engine::StudyChangeRequested event;
    event.caller = caller;
    event.study = study;
    event.action = action;
    return event;
  };
  request.check = [this, study, action](const engine::Payload&, bool fresh) {
    if (!fresh) {
      return;
    }
    const idl::StudyState::type state = find(study)->state;
    const bool resume = action == idl::StudyAction::RESUME;
    const bool right = resume
                           ? state != idl::StudyState::PAUSED && state != idl::StudyState::STOPPED
                           : state != idl::StudyState::RUNNING;
    require(right,
            "study " + study + " is in state " + std::to_string(state) +
                " after the acknowledged action " + std::to_string(action));
  };
  perform(std::move(request));
}

void Clients::change_session(const std::string& session, idl::SessionAction::type action) {
  Request request;
  request.what = "change session " + session + " by action " + std::to_string(action);
  request.caller = new_caller();
  request.make = [session, action](const engine::Caller& caller) {
    return engine::SessionChangeRequested{caller, session, action};
  };
  request.check = [](const engine::Payload&, bool) {};
  if (action == idl::SessionAction::RESUME) {
    observer_.user_resumes(session);
  }
  perform(std::move(request));
}

void Clients::stop_session(const std::string& session, bool kill) {
  Request request;
  request.what = "stop session " + session;
  request.caller = new_caller();
  request.keeps_reply = false;  // stopping what has ended changes nothing and is not remembered
  request.make = [session, kill](const engine::Caller& caller) {
    engine::SessionStopRequested event;
    event.caller = caller;
    event.session = session;
    event.kill = kill;
    return event;
  };
  request.check = [this, session](const engine::Payload&, bool) {
    const Facts& facts = observer_.facts();
    for (const auto& [id, record] : facts.sessions) {
      if (record.name != session || ended(record.state)) {
        continue;
      }
      const idl::Attempt* open = facts.open_attempt(id);
      require(open != nullptr && open->stop_reason != idl::StopReason::NONE,
              "session " + session + ": the stop is acknowledged and not durable");
    }
  };
  perform(std::move(request));
}

void Clients::drive(const std::string& study) {
  if (asking_.count(study) != 0 || untold_[study] != 0) {
    return;
  }
  // A late copy of a request that had been refused may have been handed trials meanwhile.
  std::vector<idl::Trial> open;
  for (const auto& [key, trial] : observer_.facts().trials) {
    if (trial.study_id == find(study)->id && !ended(trial.state)) {
      open.push_back(trial);
    }
  }
  if (open.empty()) {
    ask(study);
  } else {
    evaluate(study, open);
  }
}

void Clients::evaluate(const std::string& study, const std::vector<idl::Trial>& trials) {
  untold_[study] += static_cast<int>(trials.size());
  handed_out_ += static_cast<int>(trials.size());
  for (const idl::Trial& trial : trials) {
    world_.agenda.in(world_.dice.between(10, 20'000), [this, study, trial] { tell(study, trial); });
  }
}

void Clients::ask_later(const std::string& study) {
  world_.agenda.in(world_.dice.between(1'000, 10'000), [this, study] {
    const idl::Study* record = find(study);
    if (record != nullptr && !ended(record->state)) {
      drive(study);
    }
  });
}

void Clients::ask(const std::string& study) {
  Request request;
  asking_.insert(study);
  const int count = static_cast<int>(world_.dice.between(1, 4));
  request.what = "ask " + study + " for " + std::to_string(count);
  request.caller = new_caller();
  request.make = [study, count](const engine::Caller& caller) {
    return engine::TrialsAsked{caller, study, count};
  };
  request.check = [this](const engine::Payload& payload, bool) {
    for (const idl::Trial& trial : std::get<std::vector<idl::Trial>>(payload)) {
      const auto stored = observer_.facts().trials.find({trial.study_id, trial.number});
      require(stored != observer_.facts().trials.end() &&
                  stored->second.configuration == trial.configuration,
              "trial " + std::to_string(trial.number) + " was handed out and is not durable");
    }
  };
  request.done = [this, study](const engine::Payload& payload) {
    asking_.erase(study);
    if (const auto* trials = std::get_if<std::vector<idl::Trial>>(&payload)) {
      evaluate(study, *trials);
    } else {
      ask_later(study);  // paused, or the last trials are still open
    }
  };
  perform(std::move(request));
}

void Clients::tell(const std::string& study, const idl::Trial& trial) {
  Request request;
  request.what = "tell " + study + "/" + std::to_string(trial.number);
  request.caller = new_caller();
  request.keeps_reply = false;  // recognised by the trial's number
  const idl::StudySpec& spec = observer_.facts().studies.at(trial.study_id).spec;
  const idl::Outcome outcome = random_outcome(world_.dice, spec);
  request.make = [study, number = trial.number, outcome](const engine::Caller& caller) {
    return engine::TrialTold{caller, study, number, outcome};
  };
  request.check = [this, outcome, key = TrialKey{trial.study_id, trial.number}](
                      const engine::Payload&, bool) {
    const idl::Trial& stored = observer_.facts().trials.at(key);
    require(ended(stored.state), "trial " + std::to_string(key.second) + " is told and open");
    const idl::StudySpec& asked = observer_.facts().studies.at(key.first).spec;
    bool finite = outcome.__isset.value || !outcome.metrics.empty();
    std::map<std::string, double> told = outcome.metrics;
    if (outcome.__isset.value) {
      told[asked.objectives[0].metric] = outcome.value;
    }
    for (const auto& [metric, value] : told) {
      finite = finite && std::isfinite(value);
    }
    std::vector<double> values;
    for (std::size_t i = 0; finite && i < asked.objectives.size(); ++i) {
      values.push_back(told.at(asked.objectives[i].metric));
    }
    require_result(asked, stored, values, told);
  };
  request.done = [this, study](const engine::Payload&) {
    // A refusal is in order when the study was killed first.
    --handed_out_;
    if (--untold_[study] == 0) {
      ask_later(study);
    }
  };
  perform(std::move(request));
}

}  // namespace automl::simulation
