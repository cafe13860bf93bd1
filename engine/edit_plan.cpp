// SPDX-License-Identifier: Apache-2.0
#include "engine/edit_plan.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "engine/inheritance.hpp"
#include "engine/space_versions.hpp"
#include "engine/study_search.hpp"
#include "engine/trial_end.hpp"
#include "engine/trial_lifecycle.hpp"

namespace automl::engine {

namespace {

std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// How many configurations the new space keeps, and why others are left out.
struct Sifted {
  std::int64_t kept = 0;
  std::map<std::string, std::int64_t> left_out;

  std::string text(const std::string& what) const {
    std::int64_t outside = 0;
    std::string reasons;
    for (const auto& [reason, count] : left_out) {
      outside += count;
      reasons += (reasons.empty() ? "" : ", ") + std::to_string(count) + " " + reason;
    }
    const std::int64_t all = kept + outside;
    return (outside == 0 ? "all" : std::to_string(kept) + " of") + " " +
           counted(all, what, what + "s") + " kept" +
           (outside == 0 ? "" : ", " + std::to_string(outside) + " left out: " + reasons);
  }
};

class Planner {
 public:
  Planner(Turn& turn, const StudyEntry& study, const StudyEdited& event)
      : turn_(turn), study_(study), spaces_(study.spaces) {
    plan_.record = study.record;
    idl::StudySpec& spec = plan_.record.spec;
    spec = event.spec;
    spec.seed = study.record.spec.seed;
    spec.code = study.record.spec.code;
    ++plan_.record.file_version;
    plan_.record.source_text = event.source_text;
    plan_.record.source_directory = event.source_directory;
    plan_.record.source_digest = event.source_digest;
    search_ = make_search(spec);
    make_scheduler(spec, search_->space);
    if (spaces_.empty()) {
      spaces_.push_back(study.record.spec.space);
    }
    spaces_.push_back(spec.space);
  }

  EditPlan plan(const StudyEdited& event, const SpecDifference& difference) {
    plan_.version.changes = difference.changes;
    note_algorithm();
    drop_from_queue();
    if (difference.space) {
      sift_queue();
      sift_trials();
      sift_inherited();
    }
    if (difference.search) {
      go_on_if_there_is_room();
    }
    plan_.version.number = plan_.record.file_version;
    plan_.version.spec = plan_.record.spec;
    plan_.version.source_text = plan_.record.source_text;
    plan_.version.time_ms = turn_.clock.wall_ms();
    plan_.version.by = event.caller.principal;
    return std::move(plan_);
  }

 private:
  void note(const std::string& line) { plan_.version.notes.push_back(line); }
  const idl::StudySpec& spec() const { return plan_.record.spec; }

  // `auto` may become something else.
  void note_algorithm() {
    plan_.record.algorithm_note = algorithm_note(spec());
    const auto name = [](const std::string& text) { return text.substr(0, text.find(':')); };
    const std::string before = name(study_.record.algorithm_note);
    const std::string now = name(plan_.record.algorithm_note);
    if (before != now && study_.record.spec.algorithm == spec().algorithm) {
      plan_.version.changes.push_back("algorithm " + before + " becomes " +
                                      plan_.record.algorithm_note);
    }
  }

  // What the file does not enqueue any more.
  void drop_from_queue() {
    std::vector<std::vector<idl::Assignment>> left = spec().enqueue;
    for (const std::vector<idl::Assignment>& one : study_.record.spec.enqueue) {
      if (const auto still = std::find(left.begin(), left.end(), one); still != left.end()) {
        left.erase(still);
        continue;
      }
      auto& queue = plan_.record.enqueued;
      if (const auto found = std::find(queue.begin(), queue.end(), one); found != queue.end()) {
        queue.erase(found);
      }
    }
  }

  void sift_queue() {
    std::int64_t outside = 0;
    std::erase_if(plan_.record.enqueued, [&](std::vector<idl::Assignment>& one) {
      std::erase_if(one, [&](const idl::Assignment& assignment) {
        return find_parameter(spec().space, assignment.parameter) == nullptr;
      });
      const bool drop = !configuration_objection(search_->space, spec(), one).empty();
      outside += drop ? 1 : 0;
      return drop;
    });
    if (outside > 0) {
      note(counted(outside, "enqueued configuration lies", "enqueued configurations lie") +
           " outside: dropped");
    }
  }

  std::string outside_because(std::int64_t version,
                              const std::vector<idl::Assignment>& configuration) const {
    return carry_over(search_->space, spec().space, spaces_, version, configuration).objection;
  }

  void sift_trials() {
    Sifted sifted;
    std::int64_t go_on = 0;
    for (const idl::Trial& trial : turn_.storage.load_trials(study_.record.id, 0, 0)) {
      if (trial.__isset.repeat_of || trial.state == idl::TrialState::CANCELLED) {
        continue;
      }
      const std::string why = outside_because(trial.file_version, trial.configuration);
      if (why.empty()) {
        ++sifted.kept;
      } else if (not_begun(trial)) {
        plan_.withdrawn.push_back(trial.number);
      } else {
        ++sifted.left_out[why];
        go_on += terminal(trial.state) ? 0 : 1;
        note_best(trial.number);
      }
    }
    if (sifted.kept > 0 || !sifted.left_out.empty()) {
      auto& notes = plan_.version.notes;
      notes.insert(notes.begin(), sifted.text("trial"));
    }
    if (go_on > 0) {
      note(counted(go_on, "trial of these has", "trials of these have") +
           " begun and will be run to the end");
    }
    plan_.record.withdrawn += static_cast<std::int64_t>(plan_.withdrawn.size());
    if (!plan_.withdrawn.empty()) {
      note(counted(static_cast<std::int64_t>(plan_.withdrawn.size()),
                   "trial that has not begun lies",
                   "trials that have not begun lie") +
           " outside: cancelled, and replaced");
    }
  }

  bool not_begun(const idl::Trial& trial) const {
    const auto session = turn_.state.sessions.find(trial.session_id);
    return trial.state == idl::TrialState::WAITING && session != turn_.state.sessions.end() &&
           !session->second.attempt && session->second.record.started_attempts == 0;
  }

  void note_best(std::int64_t trial) {
    if (study_.ranking.best() == trial) {
      note("the best trial, " + std::to_string(trial) + ", lies outside: it stays on the board");
    }
  }

  void sift_inherited() {
    if (spec().inherit.empty()) {
      return;
    }
    for (const idl::PriorTask& task : turn_.storage.load_prior_tasks(study_.record.id)) {
      Sifted sifted;
      for (const idl::PriorTrial& trial : task.trials) {
        const std::string why = outside_because(1, trial.configuration);
        if (why.empty()) {
          ++sifted.kept;
        } else {
          ++sifted.left_out[why];
        }
      }
      note("of " + task.study + ", " + sifted.text("inherited trial"));
    }
  }

  // Whether a study that is done would go on.
  void go_on_if_there_is_room() {
    if (study_.record.state != idl::StudyState::DONE) {
      return;
    }
    const idl::Budget& budget = spec().budget;
    const auto trials = static_cast<std::int64_t>(study_.trials.size()) - study_.repeats;
    const std::int64_t beyond = plan_.record.retried + plan_.record.withdrawn;
    std::string spent;
    if (budget.trials > 0 && budget.trials + beyond <= trials) {
      spent = "its budget of trials is used";
    } else if (budget.time_s > 0 &&
               turn_.clock.wall_ms() >= study_.record.created_ms + budget.time_s * 1'000) {
      spent = "its time budget is used";
    } else if (reaches_target(study_.ranking, spec())) {
      spent = "its target is reached";
    }
    if (!spent.empty()) {
      return note("the study stays done: " + spent);
    }
    move(plan_.record, idl::StudyState::RUNNING);
    plan_.record.reason.clear();
    plan_.record.ended_ms = 0;
    note("the study was done and goes on");
  }

  Turn& turn_;
  const StudyEntry& study_;
  SpaceVersions spaces_;
  std::shared_ptr<StudySearch> search_;
  EditPlan plan_;
};

}  // namespace

EditPlan plan_edit(Turn& turn,
                   const StudyEntry& study,
                   const StudyEdited& event,
                   const SpecDifference& difference) {
  return Planner(turn, study, event).plan(event, difference);
}

}  // namespace automl::engine
