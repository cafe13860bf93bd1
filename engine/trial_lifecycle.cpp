// SPDX-License-Identifier: Apache-2.0
#include "engine/trial_lifecycle.hpp"

#include <stdexcept>
#include <string>

namespace automl::engine {

namespace {

template <class State>
struct Move {
  State from;
  State to;
};

using Trial = idl::TrialState;
constexpr Move<Trial::type> kTrialMoves[] = {
    {Trial::WAITING, Trial::RUNNING},    // its runner registered, or it was handed out by ask
    {Trial::WAITING, Trial::CANCELLED},  // its study ended first
    {Trial::WAITING, Trial::FAILED},     // could never be launched
    {Trial::WAITING, Trial::PAUSED},     // by its owner
    {Trial::WAITING, Trial::PRUNED},     // it was resumed, and its study ended first
    {Trial::RUNNING, Trial::WAITING},    // its attempt failed or was lost, another one follows
    {Trial::RUNNING, Trial::PAUSED},
    {Trial::RUNNING, Trial::COMPLETE},
    {Trial::RUNNING, Trial::PRUNED},
    {Trial::RUNNING, Trial::FAILED},
    {Trial::PAUSED, Trial::WAITING},    // resumed
    {Trial::PAUSED, Trial::PRUNED},     // nobody resumed it
    {Trial::PAUSED, Trial::CANCELLED},  // it never ran
};

using Session = idl::SessionState;
constexpr Move<Session::type> kSessionMoves[] = {
    {Session::QUEUED, Session::LAUNCHING},
    {Session::QUEUED, Session::STOPPED},
    {Session::QUEUED, Session::FAILED},  // out of attempts
    {Session::QUEUED, Session::PAUSED},
    {Session::LAUNCHING, Session::RUNNING},
    {Session::LAUNCHING, Session::QUEUED},  // its attempt was lost
    {Session::LAUNCHING, Session::STOPPED},
    {Session::LAUNCHING, Session::FAILED},
    {Session::LAUNCHING, Session::PAUSED},
    {Session::RUNNING, Session::COMPLETE},
    {Session::RUNNING, Session::FAILED},
    {Session::RUNNING, Session::STOPPED},
    {Session::RUNNING, Session::PAUSED},
    {Session::RUNNING, Session::QUEUED},  // its attempt failed, was lost or preempted
    {Session::PAUSED, Session::QUEUED},
    {Session::PAUSED, Session::STOPPED},
};

using Attempt = idl::AttemptState;
constexpr Move<Attempt::type> kAttemptMoves[] = {
    {Attempt::LAUNCHING, Attempt::RUNNING},
    {Attempt::LAUNCHING, Attempt::FAILED},
    {Attempt::LAUNCHING, Attempt::STOPPED},
    {Attempt::LAUNCHING, Attempt::LOST},
    {Attempt::RUNNING, Attempt::SUSPECT},
    {Attempt::RUNNING, Attempt::COMPLETE},
    {Attempt::RUNNING, Attempt::FAILED},
    {Attempt::RUNNING, Attempt::STOPPED},
    {Attempt::RUNNING, Attempt::LOST},
    {Attempt::RUNNING, Attempt::PREEMPTED},
    {Attempt::SUSPECT, Attempt::RUNNING},
    {Attempt::SUSPECT, Attempt::COMPLETE},
    {Attempt::SUSPECT, Attempt::FAILED},
    {Attempt::SUSPECT, Attempt::STOPPED},
    {Attempt::SUSPECT, Attempt::LOST},
    {Attempt::SUSPECT, Attempt::PREEMPTED},
};

using Study = idl::StudyState;
constexpr Move<Study::type> kStudyMoves[] = {
    {Study::RUNNING, Study::PAUSED},
    {Study::RUNNING, Study::DONE},
    {Study::RUNNING, Study::STOPPED},
    {Study::RUNNING, Study::FAILED},
    {Study::PAUSED, Study::RUNNING},
    {Study::PAUSED, Study::DONE},
    {Study::PAUSED, Study::STOPPED},
    {Study::PAUSED, Study::FAILED},
    {Study::STOPPED, Study::RUNNING},  // continued by its owner
    {Study::FAILED, Study::RUNNING},
    {Study::DONE, Study::RUNNING},  // its failed trials are retried, or its budget was edited
};

template <class State, std::size_t kCount>
bool in_table(const Move<State> (&table)[kCount], State from, State to) {
  for (const auto& entry : table) {
    if (entry.from == from && entry.to == to) {
      return true;
    }
  }
  return false;
}

[[noreturn]] void reject(const char* what, int from, int to) {
  throw std::logic_error(std::string(what) + " may not move from state " + std::to_string(from) +
                         " to " + std::to_string(to));
}

template <class Record, class State>
void checked_move(const char* what, Record& record, State to) {
  if (!allowed(record.state, to)) {
    reject(what, record.state, to);
  }
  record.state = to;
}

}  // namespace

bool allowed(idl::TrialState::type from, idl::TrialState::type to) {
  return in_table(kTrialMoves, from, to);
}
bool allowed(idl::SessionState::type from, idl::SessionState::type to) {
  return in_table(kSessionMoves, from, to);
}
bool allowed(idl::AttemptState::type from, idl::AttemptState::type to) {
  return in_table(kAttemptMoves, from, to);
}
bool allowed(idl::StudyState::type from, idl::StudyState::type to) {
  return in_table(kStudyMoves, from, to);
}

void move(idl::Trial& trial, idl::TrialState::type to) { checked_move("a trial", trial, to); }
void move(idl::Session& session, idl::SessionState::type to) {
  checked_move("a session", session, to);
}
void move(idl::Attempt& attempt, idl::AttemptState::type to) {
  checked_move("an attempt", attempt, to);
}
void move(idl::Study& study, idl::StudyState::type to) { checked_move("a study", study, to); }

bool terminal(idl::TrialState::type state) {
  return state == Trial::COMPLETE || state == Trial::PRUNED || state == Trial::FAILED ||
         state == Trial::CANCELLED;
}
bool terminal(idl::SessionState::type state) {
  return state == Session::COMPLETE || state == Session::FAILED || state == Session::STOPPED;
}
bool terminal(idl::AttemptState::type state) {
  return state == Attempt::COMPLETE || state == Attempt::FAILED || state == Attempt::STOPPED ||
         state == Attempt::LOST || state == Attempt::PREEMPTED;
}

}  // namespace automl::engine
