// SPDX-License-Identifier: Apache-2.0
#include "engine/ready_suggestions.hpp"

#include <algorithm>
#include <utility>

#include "engine/scheduling.hpp"

namespace automl::engine {

namespace {

// More than any sampler should be asked for at once.
constexpr std::int64_t kMostAtOnce = 1'000;
// Ahead of need from a sampler that does not learn: enough for every slot that may get free.
constexpr std::int64_t kAhead = 32;
// A computation shorter than this is not worth doing ahead: the slot waits that long.
constexpr std::int64_t kShortMs = 20;
constexpr std::int64_t kLongestWaitMs = 2'000;
// Whoever asks from outside rather waits a second than gets an old suggestion.
constexpr std::int64_t kAskWaitMs = 1'000;

std::int64_t next_number(const StudyEntry& study) {
  return static_cast<std::int64_t>(study.trials.size());
}

bool up_to_date(const StudyEntry& study) {
  return study.ready.next == next_number(study) &&
         (study.ready.finished == study.finished || !study.search->sampler->learns());
}

std::int64_t patience_ms(const StudyEntry& study) {
  if (study.external()) {
    return kAskWaitMs;
  }
  const auto timed = static_cast<double>(study.finished_timed);
  const double mean_ms = timed > 0 ? study.finished_duration_ms / timed : 0;
  return std::clamp(static_cast<std::int64_t>(mean_ms / 10), kShortMs, kLongestWaitMs);
}

// How many to compute while nobody needs any.
std::int64_t ahead(const StudyEntry& study) {
  if (up_to_date(study) && (!study.ready.items.empty() || study.ready.none_left)) {
    return 0;
  }
  if (!study.search->sampler->learns()) {
    return kAhead;
  }
  return study.external() || study.suggestion_ms >= kShortMs ? 1 : 0;
}

}  // namespace

void compute_suggestions(Turn& turn, StudyEntry& study, std::int64_t needed, std::int64_t left) {
  Computation& computing = study.computing;
  if (computing.ticket != 0) {
    return;
  }
  const bool learns = study.search->sampler->learns();
  const std::int64_t count =
      std::min({needed > 0 ? needed + (learns ? 0 : kAhead) : ahead(study), left, kMostAtOnce});
  if (count == 0) {
    return;
  }
  computing = {turn.state.next_ticket++,
               next_number(study),
               count,
               study.finished,
               turn.clock.monotonic_ms()};
  turn.state.study_by_ticket[computing.ticket] = study.record.id;
  study.search->pending.clear();
  for (const auto& [number, configuration] : study.pending) {
    if (study.paused.count(number) == 0 && !configuration.outside()) {
      study.search->pending.push_back(configuration);
    }
  }
  study.search->seen = shown_to_sampler(turn.state, study);
  turn.effects.emplace_back(ComputeSuggestion{
      computing.ticket, computing.proposal, static_cast<int>(count), study.search});
}

void put_ready(Turn& turn, StudyEntry& study, const std::vector<search::Suggestion>& suggestions) {
  const Computation done = std::exchange(study.computing, Computation());
  study.suggestion_ms = turn.clock.monotonic_ms() - done.since_ms;
  if (done.proposal != next_number(study)) {
    return;  // those proposals were made meanwhile, from what was at hand
  }
  ReadySuggestions& ready = study.ready;
  ready.items.clear();
  for (const search::Suggestion& suggestion : suggestions) {
    if (study.search->space.valid(suggestion.configuration)) {
      ready.items.push_back(suggestion);
    }
  }
  ready.none_left = static_cast<std::int64_t>(ready.items.size()) < done.count;
  ready.next = done.proposal;
  ready.finished = done.finished;
}

std::vector<search::Suggestion> take_any(StudyEntry& study, std::int64_t count) {
  ReadySuggestions& ready = study.ready;
  std::vector<search::Suggestion> taken;
  if (ready.next != next_number(study)) {
    ready.items.clear();
  }
  while (!ready.items.empty() && static_cast<std::int64_t>(taken.size()) < count) {
    taken.push_back(std::move(ready.items.front()));
    ready.items.pop_front();
    ++ready.next;
  }
  ready.wait_until_ms = 0;
  return taken;
}

std::vector<search::Suggestion> take_ready(Turn& turn, StudyEntry& study, std::int64_t count) {
  ReadySuggestions& ready = study.ready;
  if (count > 0 && !up_to_date(study) && !ready.items.empty()) {
    const std::int64_t now_ms = turn.clock.monotonic_ms();
    if (ready.wait_until_ms == 0) {
      ready.wait_until_ms = now_ms + patience_ms(study);
    }
    if (now_ms < ready.wait_until_ms) {
      return {};
    }
  }
  return take_any(study, count);
}

}  // namespace automl::engine
