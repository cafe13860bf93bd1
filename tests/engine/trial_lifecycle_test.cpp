// SPDX-License-Identifier: Apache-2.0
#include "engine/trial_lifecycle.hpp"

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "records_types.h"

namespace automl::engine {

namespace {

std::string lower(std::string word) {
  for (char& letter : word) {
    letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
  }
  return word;
}

// "waiting → running, cancelled" for every state, as docs/states.md shows it.
template <class State>
std::vector<std::string> drawn(const std::map<int, const char*>& names) {
  std::vector<std::string> lines;
  for (const auto& [from, from_name] : names) {
    std::string targets;
    for (const auto& [to, to_name] : names) {
      if (allowed(static_cast<State>(from), static_cast<State>(to))) {
        targets += (targets.empty() ? "" : ", ") + lower(to_name);
      }
    }
    lines.push_back(lower(from_name) + " → " + (targets.empty() ? "(the end)" : targets));
  }
  return lines;
}

// The lines of the first code block under `## heading`.
std::vector<std::string> documented(const std::string& heading) {
  std::ifstream page(AUTOML_SOURCE_DIR "/docs/states.md");
  std::vector<std::string> lines;
  bool in_section = false;
  bool in_block = false;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("## ", 0) == 0) {
      in_section = line == "## " + heading;
    } else if (in_section && line.rfind("```", 0) == 0) {
      if (in_block) {
        break;
      }
      in_block = true;
    } else if (in_section && in_block) {
      lines.push_back(line);
    }
  }
  return lines;
}

TEST(TrialLifecycle, StatesPageShowsTheTables) {
  EXPECT_EQ(documented("Trial"), drawn<idl::TrialState::type>(idl::_TrialState_VALUES_TO_NAMES));
  EXPECT_EQ(documented("Session"),
            drawn<idl::SessionState::type>(idl::_SessionState_VALUES_TO_NAMES));
  EXPECT_EQ(documented("Attempt"),
            drawn<idl::AttemptState::type>(idl::_AttemptState_VALUES_TO_NAMES));
  EXPECT_EQ(documented("Study"), drawn<idl::StudyState::type>(idl::_StudyState_VALUES_TO_NAMES));
}

template <class State>
void expect_ends_stay(const std::map<int, const char*>& names) {
  int ends = 0;
  for (const auto& [from, from_name] : names) {
    bool leaves = false;
    for (const auto& [to, to_name] : names) {
      leaves = leaves || allowed(static_cast<State>(from), static_cast<State>(to));
    }
    EXPECT_EQ(terminal(static_cast<State>(from)), !leaves) << from_name;
    ends += leaves ? 0 : 1;
  }
  EXPECT_GT(ends, 0);
}

TEST(TrialLifecycle, TerminalStatesAreThoseWithoutAWayOut) {
  expect_ends_stay<idl::TrialState::type>(idl::_TrialState_VALUES_TO_NAMES);
  expect_ends_stay<idl::SessionState::type>(idl::_SessionState_VALUES_TO_NAMES);
  expect_ends_stay<idl::AttemptState::type>(idl::_AttemptState_VALUES_TO_NAMES);
}

TEST(TrialLifecycle, ForbiddenMoveThrowsAndChangesNothing) {
  idl::Trial trial;
  trial.state = idl::TrialState::COMPLETE;
  EXPECT_THROW(move(trial, idl::TrialState::RUNNING), std::logic_error);
  EXPECT_EQ(trial.state, idl::TrialState::COMPLETE);
  idl::Attempt attempt;
  attempt.state = idl::AttemptState::LAUNCHING;
  EXPECT_THROW(move(attempt, idl::AttemptState::COMPLETE), std::logic_error);
  move(attempt, idl::AttemptState::RUNNING);
  EXPECT_EQ(attempt.state, idl::AttemptState::RUNNING);
}

}  // namespace

}  // namespace automl::engine
