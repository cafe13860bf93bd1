// SPDX-License-Identifier: Apache-2.0
#include "scheduling.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "search/scheduler_registry.hpp"
#include "search/schedulers/bohb.hpp"
#include "search/schedulers/partial_observations.hpp"
#include "search/search_space.hpp"
#include "search/trial_curves.hpp"

namespace py = pybind11;
namespace search = automl::search;

namespace {

using Values = std::vector<double>;  // native units, one a parameter; NaN: inactive
using Source = std::tuple<std::int64_t, std::int64_t, Values>;  // trial, step, configuration
using Known = std::tuple<std::int64_t, Values, search::Status, double>;  // as `Core` takes them
using Verdict = std::tuple<search::Action, std::string, std::optional<Source>>;

// Space, scheduler and curves. Any Python thread may call, without the GIL.
class SchedulerCore {
 public:
  SchedulerCore(std::vector<search::Parameter> parameters,
                std::vector<search::Forbidden> forbidden,
                const std::string& name,
                const search::Options& options,
                std::uint64_t seed,
                bool maximize)
      : space_(std::move(parameters), std::move(forbidden)),
        scheduler_(search::make_scheduler(name, options, space_, {seed, maximize})) {}
  SchedulerCore(const SchedulerCore&) = delete;
  SchedulerCore& operator=(const SchedulerCore&) = delete;

  void start(std::int64_t trial, const Values& values) {
    const std::lock_guard<std::mutex> guard(lock_);
    const std::string objection = space_.objection({values});
    if (!objection.empty()) {
      throw std::invalid_argument(objection);
    }
    curves_.start(trial, {values});
  }

  // Records what became of the verdict, too.
  Verdict report(std::int64_t trial, std::int64_t step, double value) {
    const std::lock_guard<std::mutex> guard(lock_);
    curves_.report(trial, step, value);
    search::Verdict verdict = scheduler_->on_measurement(curves_, trial);
    std::optional<Source> source;
    if (verdict.action == search::Action::kPause) {
      curves_.set_state(trial, search::TrialState::kPaused);
    } else if (verdict.action == search::Action::kStop) {
      curves_.set_state(trial, search::TrialState::kStopped);
    } else if (verdict.action == search::Action::kExploit) {
      const search::Origin origin = verdict.exploit->origin;
      source.emplace(origin.trial, origin.step, verdict.exploit->configuration.values);
      curves_.exploit(trial, origin, std::move(verdict.exploit->configuration));
    }
    return {verdict.action, std::move(verdict.reason), std::move(source)};
  }

  std::optional<std::pair<std::int64_t, std::string>> resume() {
    const std::lock_guard<std::mutex> guard(lock_);
    std::optional<search::Resume> resume = scheduler_->on_slot_free(curves_);
    if (!resume) {
      return std::nullopt;
    }
    curves_.set_state(resume->trial, search::TrialState::kRunning);
    return std::pair(resume->trial, std::move(resume->reason));
  }

  void set_state(std::int64_t trial, search::TrialState state) {
    const std::lock_guard<std::mutex> guard(lock_);
    curves_.set_state(trial, state);
  }

  std::vector<Source> lineage(std::int64_t trial) const {
    const std::lock_guard<std::mutex> guard(lock_);
    std::vector<Source> found;
    for (search::Ancestor& one : search::lineage(curves_, trial)) {
      found.emplace_back(one.trial, one.until, std::move(one.configuration.values));
    }
    return found;
  }

  // What a sampler is to learn from in place of trials that have ended; unset: from these.
  std::optional<std::vector<Known>> observations(std::size_t fewest) const {
    const std::lock_guard<std::mutex> guard(lock_);
    const auto* bohb = dynamic_cast<const search::BohbScheduler*>(scheduler_.get());
    const std::optional<search::History> shown =
        bohb != nullptr ? bohb->observations(curves_, fewest).history
                        : search::partial_observations(curves_, fewest);
    if (!shown) {
      return std::nullopt;
    }
    std::vector<Known> found;
    for (const search::Observation& one : shown->observations()) {
      found.emplace_back(one.trial, one.configuration.values, one.status, one.value);
    }
    return found;
  }

  Values repair(const Values& values) const { return space_.repair({values}).values; }

 private:
  search::SearchSpace space_;
  std::unique_ptr<search::Scheduler> scheduler_;
  search::TrialCurves curves_;
  mutable std::mutex lock_;
};

}  // namespace

void bind_schedulers(py::module_& module) {
  py::enum_<search::Action>(module, "Action")
      .value("proceed", search::Action::kProceed)
      .value("pause", search::Action::kPause)
      .value("stop", search::Action::kStop)
      .value("exploit", search::Action::kExploit);
  py::enum_<search::TrialState>(module, "TrialState")
      .value("running", search::TrialState::kRunning)
      .value("paused", search::TrialState::kPaused)
      .value("stopped", search::TrialState::kStopped)
      .value("complete", search::TrialState::kComplete)
      .value("failed", search::TrialState::kFailed);
  const auto free = py::call_guard<py::gil_scoped_release>();
  py::class_<SchedulerCore>(module, "SchedulerCore")
      .def(py::init<std::vector<search::Parameter>,
                    std::vector<search::Forbidden>,
                    const std::string&,
                    const search::Options&,
                    std::uint64_t,
                    bool>())
      .def("start", &SchedulerCore::start, free)
      .def("report", &SchedulerCore::report, free)
      .def("resume", &SchedulerCore::resume, free)
      .def("set_state", &SchedulerCore::set_state, free)
      .def("lineage", &SchedulerCore::lineage, free)
      .def("observations", &SchedulerCore::observations, free)
      .def("repair", &SchedulerCore::repair);
  module.def("scheduler_names", &search::scheduler_names);
  module.def("scheduler_options", [](const std::string& name) {
    std::vector<std::tuple<std::string, std::string, std::string>> options;
    for (const search::OptionHelp& help : search::scheduler_options(name)) {
      options.emplace_back(help.name, help.default_value, help.help);
    }
    return options;
  });
}
