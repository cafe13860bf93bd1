// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "scheduling.hpp"
#include "search/registry.hpp"
#include "search/search_space.hpp"

namespace py = pybind11;
namespace search = automl::search;

namespace {

using Values = std::vector<double>;  // native units, one a parameter; NaN: inactive
using Known = std::tuple<std::int64_t, Values, search::Status, double>;  // an observation

// Space, sampler and finished trials. Any Python thread may call: a lock keeps calls apart, and it
// is only ever waited for without the GIL, since suggest() holds it for long.
class Core {
 public:
  Core(std::vector<search::Parameter> parameters,
       std::vector<search::Forbidden> forbidden,
       std::string algorithm,
       const search::Options& options,
       std::int64_t trials,
       int parallel,
       std::vector<bool> maximized,
       bool inherits)
      : space_(std::move(parameters), std::move(forbidden)),
        maximized_(std::move(maximized)),
        choice_{std::move(algorithm), "chosen by the caller"} {
    const std::size_t objectives = maximized_.size();
    if (choice_.algorithm == "auto") {
      choice_ = search::choose_algorithm(
          space_,
          {.trials = trials, .parallel = parallel, .objectives = objectives, .inherits = inherits});
    } else if (inherits && !search::inherits(choice_.algorithm)) {
      throw search::OptionError("inherit: " + choice_.algorithm +
                                " does not learn from earlier searches; gp and tpe do");
    }
    sampler_ = search::make_sampler(choice_.algorithm, options, space_);
    if (objectives > search::most_objectives(choice_.algorithm)) {
      throw search::OptionError(choice_.algorithm + " takes fewer than " +
                                std::to_string(objectives) + " goals");
    }
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  std::vector<std::pair<Values, std::string>> suggest(
      int count,
      const std::vector<Values>& pending,
      std::uint64_t index,
      std::uint64_t seed,
      const std::optional<std::vector<Known>>& known) {
    const std::lock_guard<std::mutex> guard(lock_);
    std::vector<search::Configuration> running;
    for (const Values& values : pending) {
      running.push_back(checked(values));
    }
    search::History instead = history_of(known);
    const search::History& history = known ? instead : history_;
    std::vector<std::pair<Values, std::string>> suggestions;
    for (search::Suggestion& one : sampler_->suggest({history, running, index, seed, count})) {
      std::string why = search::explanation(one, maximized_);
      suggestions.emplace_back(std::move(one.configuration.values), std::move(why));
    }
    return suggestions;
  }

  // Before the first call of `suggest`.
  void inherit(const std::vector<std::pair<Values, double>>& trials) {
    search::PriorTask task;
    for (const auto& [values, value] : trials) {
      const auto number = static_cast<std::int64_t>(task.observations.size());
      task.observations.push_back(
          {number, checked(values), search::Status::kComplete, value, {}, {}});
    }
    history_.inherit(std::move(task));
  }

  void add(std::int64_t trial,
           const Values& values,
           search::Status status,
           double value,
           std::vector<double> further,
           std::vector<double> constraints) {
    const std::lock_guard<std::mutex> guard(lock_);
    history_.add(
        {trial, checked(values), status, value, std::move(further), std::move(constraints)});
  }

  // Missing active values become defaults, the others snap to their range and step.
  Values repair(const Values& values) const { return space_.repair({values}).values; }
  std::string objection(const Values& values) const { return space_.objection({values}); }
  const std::string& algorithm() const { return choice_.algorithm; }
  const std::string& reason() const { return choice_.reason; }

 private:
  search::Configuration checked(const Values& values) const {
    search::Configuration configuration{values};
    if (values.size() != space_.size()) {
      throw std::invalid_argument(space_.objection(configuration));
    }
    return configuration;
  }

  // What is known, beside the earlier tasks.
  search::History history_of(const std::optional<std::vector<Known>>& known) const {
    search::History history;
    if (known) {
      for (const search::PriorTask& task : history_.prior()) {
        history.inherit(task);
      }
      for (const auto& [trial, values, status, value] : *known) {
        history.add({trial, checked(values), status, value, {}, {}});
      }
    }
    return history;
  }

  search::SearchSpace space_;
  std::vector<bool> maximized_;  // one an objective: its values come with the sign turned
  search::Choice choice_;
  std::unique_ptr<search::Sampler> sampler_;
  search::History history_;
  std::mutex lock_;
};

void bind_space(py::module_& module) {
  py::enum_<search::Kind>(module, "Kind")
      .value("float", search::Kind::kFloat)
      .value("int", search::Kind::kInt)
      .value("choice", search::Kind::kCategorical)
      .value("ordinal", search::Kind::kOrdinal)
      .value("bool", search::Kind::kBool)
      .value("fixed", search::Kind::kFixed);
  py::enum_<search::Relation>(module, "Relation")
      .value("eq", search::Relation::kEqual)
      .value("ne", search::Relation::kNotEqual)
      .value("lt", search::Relation::kLess)
      .value("le", search::Relation::kLessOrEqual)
      .value("gt", search::Relation::kGreater)
      .value("ge", search::Relation::kGreaterOrEqual)
      .value("any_of", search::Relation::kAnyOf);
  py::enum_<search::Status>(module, "Status")
      .value("complete", search::Status::kComplete)
      .value("pruned", search::Status::kPruned)
      .value("failed", search::Status::kFailed);
  py::class_<search::Comparison>(module, "Comparison")
      .def(py::init([](std::size_t parameter, search::Relation relation, Values operands) {
        return search::Comparison{parameter, relation, std::move(operands)};
      }));
  py::class_<search::Forbidden>(module, "Forbidden")
      .def(py::init([](std::vector<search::Comparison> all_of) {
        return search::Forbidden{std::move(all_of)};
      }));
  py::class_<search::Parameter>(module, "Parameter")
      .def(py::init<>())
      .def_readwrite("name", &search::Parameter::name)
      .def_readwrite("kind", &search::Parameter::kind)
      .def_readwrite("low", &search::Parameter::low)
      .def_readwrite("high", &search::Parameter::high)
      .def_readwrite("log", &search::Parameter::log)
      .def_readwrite("step", &search::Parameter::step)
      .def_readwrite("choices", &search::Parameter::choices)
      .def_readwrite("scale", &search::Parameter::scale)
      .def_readwrite("default_value", &search::Parameter::default_value)
      .def_readwrite("conditions", &search::Parameter::conditions);
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.doc() = "The search library as it is; automl.search is the interface for programs.";
  bind_space(module);
  bind_schedulers(module);
  py::class_<Core>(module, "Core")
      .def(py::init<std::vector<search::Parameter>,
                    std::vector<search::Forbidden>,
                    std::string,
                    const search::Options&,
                    std::int64_t,
                    int,
                    std::vector<bool>,
                    bool>(),
           py::arg("parameters"),
           py::arg("forbidden"),
           py::arg("algorithm"),
           py::arg("options"),
           py::arg("trials"),
           py::arg("parallel"),
           py::arg("maximized") = std::vector<bool>{false},
           py::arg("inherits") = false)
      .def("suggest",
           &Core::suggest,
           py::arg("count"),
           py::arg("pending"),
           py::arg("index"),
           py::arg("seed"),
           py::arg("instead") = std::nullopt,
           py::call_guard<py::gil_scoped_release>())
      .def("inherit", &Core::inherit)
      .def("add",
           &Core::add,
           py::arg("trial"),
           py::arg("values"),
           py::arg("status"),
           py::arg("value"),
           py::arg("further") = std::vector<double>(),
           py::arg("constraints") = std::vector<double>(),
           py::call_guard<py::gil_scoped_release>())
      .def("repair", &Core::repair)
      .def("objection", &Core::objection)
      .def_property_readonly("algorithm", &Core::algorithm)
      .def_property_readonly("reason", &Core::reason);
  module.def("algorithm_names", &search::algorithm_names);
  module.def("algorithm_options", [](const std::string& name) {
    std::vector<std::tuple<std::string, std::string, std::string>> options;
    for (const search::OptionHelp& help : search::algorithm_options(name)) {
      options.emplace_back(help.name, help.default_value, help.help);
    }
    return options;
  });
}
