// SPDX-License-Identifier: Apache-2.0
#include "engine/spec_difference.hpp"

#include <algorithm>
#include <utility>

#include "engine/parameter_value.hpp"
#include "engine/space_versions.hpp"
#include "engine/spec_text.hpp"

namespace automl::engine {

namespace {

bool has_default(const idl::Parameter& parameter) {
  return parameter.__isset.default_value || parameter.kind == idl::ParameterKind::FIXED;
}

// Parameters and entries of `forbid` are told apart by what stands for them in messages.
template <class T>
std::vector<T> without(std::vector<T> list, const std::vector<T>& taken) {
  for (const T& one : taken) {
    const auto found = std::find(list.begin(), list.end(), one);
    if (found != list.end()) {
      list.erase(found);
    }
  }
  return list;
}

class Comparison {
 public:
  Comparison(const idl::StudySpec& before, const idl::StudySpec& now)
      : before_(before), now_(now) {}

  SpecDifference compare() {
    compare_fixed();
    compare_given();
    compare_space();
    compare_search();
    compare_places();
    return std::move(difference_);
  }

 private:
  void refuse(const std::string& key, const std::string& reason) {
    difference_.refused.push_back({key, reason});
  }
  void fixed(bool same, const std::string& key, const std::string& reason) {
    if (!same) {
      refuse(key, reason);
    }
  }
  bool changed(const std::string& key, const std::string& before, const std::string& now) {
    if (before != now) {
      difference_.changes.push_back(key + ": " + before + " → " + now);
    }
    return before != now;
  }
  void changed(const std::string& key, std::int64_t before, std::int64_t now) {
    changed(key, std::to_string(before), std::to_string(now));
  }

  void compare_fixed() {
    const std::string measured = "trials that have ended were measured by it";
    const std::string ran = "trials would not compare with those that have run";
    fixed(before_.name == now_.name, "study", "its trials and sessions go by that name");
    fixed(before_.datasets == now_.datasets, "dataset", ran);
    fixed(before_.setup == now_.setup, "setup", ran);
    fixed(before_.command == now_.command, "command", ran);
    fixed(before_.metrics == now_.metrics, "metrics", measured);
    fixed(before_.objectives == now_.objectives, "objective", measured);
    fixed(before_.constraints == now_.constraints, "constraints", measured);
    fixed(before_.scheduler == now_.scheduler,
          "scheduler",
          "what it decided about trials so far would not hold");
    fixed(before_.inherit == now_.inherit,
          "inherit",
          "trials are taken over when a study is submitted");
    fixed(now_.seed < 0 || before_.seed == now_.seed, "seed", "trials have run with it");
    fixed(before_.__isset.stop_and_go == now_.__isset.stop_and_go,
          "stop_and_go",
          "it keeps account of trials from the first one on");
  }

  // What has run once may be taken out of the file.
  void compare_given() {
    if (!without(now_.baseline, before_.baseline).empty()) {
      refuse("baseline", "baselines run first; automl enqueue adds configurations");
    } else if (before_.baseline != now_.baseline) {
      changed("baseline", count(before_.baseline.size()), count(now_.baseline.size()));
    }
    if (!without(now_.enqueue, before_.enqueue).empty()) {
      refuse("enqueue", "automl enqueue adds configurations");
    } else if (before_.enqueue != now_.enqueue) {
      changed("enqueue", count(before_.enqueue.size()), count(now_.enqueue.size()));
    }
  }
  static std::string count(std::size_t entries) {
    return std::to_string(entries) + (entries == 1 ? " entry" : " entries");
  }

  void compare_space() {
    const std::size_t told = difference_.changes.size();
    for (const idl::Parameter& was : before_.space) {
      if (const idl::Parameter* is = find_parameter(now_.space, was.name)) {
        compare_parameter(was, *is);
      } else {
        difference_.changes.push_back("space." + was.name + ": gone");
      }
    }
    for (const idl::Parameter& is : now_.space) {
      if (find_parameter(before_.space, is.name) == nullptr) {
        difference_.changes.push_back("space." + is.name + ": new, " + parameter_text(is));
        fixed(has_default(is),
              "space." + is.name,
              "a new parameter needs a default, which stands for it in the trials so far");
      }
    }
    if (difference_.changes.size() == told && before_.space != now_.space &&
        difference_.refused.empty()) {
      difference_.changes.emplace_back("space: in another order");
    }
    for (const idl::ForbiddenClause& clause : without(before_.forbid, now_.forbid)) {
      difference_.changes.push_back("forbid: not \"" + clause.text + "\" any more");
    }
    for (const idl::ForbiddenClause& clause : without(now_.forbid, before_.forbid)) {
      difference_.changes.push_back("forbid: \"" + clause.text + "\"");
    }
    difference_.space = before_.space != now_.space || before_.forbid != now_.forbid;
    if (difference_.space && (before_.scheduler.name == "pbt" || before_.scheduler.name == "pb2")) {
      refuse(before_.space != now_.space ? "space" : "forbid",
             "members of a population hand their configurations on");
    }
  }

  void compare_parameter(const idl::Parameter& was, const idl::Parameter& is) {
    if (was.kind != is.kind) {
      refuse("space." + was.name, "a parameter keeps its kind; give the new one another name");
    } else {
      changed("space." + was.name, parameter_text(was), parameter_text(is));
    }
  }

  void compare_search() {
    const std::size_t told = difference_.changes.size();
    changed("algorithm", algorithm_text(before_.algorithm), algorithm_text(now_.algorithm));
    const auto limit = [](std::int64_t trials) {
      return trials > 0 ? std::to_string(trials) : "none";
    };
    const auto target = [](const idl::Budget& budget) {
      return budget.__isset.target ? to_text(budget.target) : "none";
    };
    changed("budget.trials", limit(before_.budget.trials), limit(now_.budget.trials));
    changed("budget.time", seconds_text(before_.budget.time_s), seconds_text(now_.budget.time_s));
    changed("budget.target", target(before_.budget), target(now_.budget));
    changed("compare.seeds", before_.compare_seeds, now_.compare_seeds);
    difference_.search = difference_.space || difference_.changes.size() > told;
  }

  void compare_places() {
    changed("parallel", before_.parallel, now_.parallel);
    changed("priority", std::max(1, before_.priority), std::max(1, now_.priority));
    if (before_.__isset.stop_and_go && now_.__isset.stop_and_go) {
      changed("stop_and_go.max_parallel",
              before_.stop_and_go.max_parallel,
              now_.stop_and_go.max_parallel);
      changed("stop_and_go.stop_ratio",
              to_text(before_.stop_and_go.stop_ratio),
              to_text(now_.stop_and_go.stop_ratio));
    }
    const idl::Resources& had = before_.resources;
    const idl::Resources& has = now_.resources;
    changed("resources.gpus", had.gpus, has.gpus);
    changed("resources.cpus", had.cpus, has.cpus);
    changed("resources.memory", bytes_text(had.memory_bytes), bytes_text(has.memory_bytes));
    changed("resources.time", seconds_text(had.time_s), seconds_text(has.time_s));
    changed("retries", before_.retries, now_.retries);
    changed("max_failures", before_.max_failures, now_.max_failures);
  }

  const idl::StudySpec& before_;
  const idl::StudySpec& now_;
  SpecDifference difference_;
};

}  // namespace

SpecDifference compare_specs(const idl::StudySpec& before, const idl::StudySpec& now) {
  return Comparison(before, now).compare();
}

}  // namespace automl::engine
