// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/keys.hpp"

#include <algorithm>

#include "engine/study_file/resource_keys.hpp"

namespace automl::engine::study_file {

namespace {

std::vector<Key> study_keys() {
  return {
      {.name = "study",
       .type = Type::kName,
       .range = "a name of a-z, 0-9 and -, at most 64 characters",
       .help = "Name of the study; unique for its owner.",
       .required = true},
      {.name = "dataset",
       .type = Type::kOther,
       .range = "a path, or a list of paths",
       .help = "Data the program reads, a file or folder; reached by AUTOML_DATASET, several by "
               "AUTOML_DATASET_<NAME>. The first one gives session names their middle part."},
      {.name = "code",
       .type = Type::kPath,
       .range = "a folder",
       .help = "Snapshotted with the study, so that every trial runs the same code, in a folder of "
               "its own. Without it trials start in an empty folder."},
      {.name = "setup",
       .type = Type::kPath,
       .range = "a requirements file inside code",
       .help = "Packages of the program's virtual environment, built once for each distinct file."},
      {.name = "command",
       .type = Type::kText,
       .range = "a shell command",
       .help =
           "What a trial runs. ${lr} becomes the value of lr, ${args} becomes --lr=0.1 "
           "--depth=3 …; AUTOML_PARAMS names a JSON file with all parameters. Without a command "
           "the study is driven from outside by ask and tell."},
      {.name = "metrics",
       .type = Type::kOther,
       .range = "{metric: pattern}",
       .help = "Reads metrics out of the program's output: a regular expression (PCRE) whose first "
               "group is the value, as in {accuracy: 'val_acc=([0-9.]+)'}."},
      {.name = "objective",
       .type = Type::kSection,
       .range = "{metric, goal, value}, or a list of these",
       .help =
           "What the search improves. Several objectives: it looks for the trials that cannot be "
           "improved in one without loss in another.",
       .required = true,
       .or_list = true},
      {.name = "objective.metric",
       .type = Type::kText,
       .range = "the name of a metric",
       .help = "A metric that the program reports or that metrics: finds in its output.",
       .required = true},
      {.name = "objective.goal",
       .type = Type::kWord,
       .range = "minimize, maximize",
       .help = "Which direction is better.",
       .required = true},
      {.name = "objective.value",
       .type = Type::kOther,
       .default_text = "last",
       .range = "last, best or mean(last N)",
       .help = "Which of a trial's measurements becomes its final value."},
      {.name = "constraints",
       .type = Type::kOther,
       .default_text = "[]",
       .range = "a list of \"metric < number\", also <= > >=",
       .help = "Bounds on reported metrics. A trial that misses one never leads, whatever its "
               "objective; the search learns where they are met."},
  };
}

std::vector<Key> parameter_kind_keys() {
  return {
      {.name = "space",
       .type = Type::kOther,
       .range = "{name: parameter}",
       .help = "The parameters the search may vary, in this order.",
       .required = true},
      {.name = "space.*.float",
       .type = Type::kOther,
       .range = "[low, high]",
       .help = "A number between two bounds, both included."},
      {.name = "space.*.int",
       .type = Type::kOther,
       .range = "[low, high]",
       .help = "A whole number between two bounds, both included."},
      {.name = "space.*.choice",
       .type = Type::kOther,
       .range = "a list of values",
       .help = "One of several values without an order."},
      {.name = "space.*.ordinal",
       .type = Type::kOther,
       .range = "a list of values",
       .help = "One of several values in their order; numbers must ascend."},
      {.name = "space.*.bool",
       .type = Type::kOther,
       .range = "true, false or nothing",
       .help = "true or false; the value given here is the default."},
      {.name = "space.*.fixed",
       .type = Type::kOther,
       .range = "a value",
       .help = "Always this value; the program gets it like the others."},
      {.name = "space.*.type",
       .type = Type::kWord,
       .range = "float, int, choice, ordinal, bool, fixed",
       .help = "Long form: {type: float, low: 1e-5, high: 1, log: true}."},
      {.name = "space.*.low",
       .type = Type::kNumber,
       .range = "a number",
       .help = "Long form of the lower bound."},
      {.name = "space.*.high",
       .type = Type::kNumber,
       .range = "a number",
       .help = "Long form of the upper bound."},
      {.name = "space.*.choices",
       .type = Type::kOther,
       .range = "a list of values",
       .help = "Long form of the values of choice and ordinal."},
      {.name = "space.*.value",
       .type = Type::kOther,
       .range = "a value",
       .help = "Long form of the value of fixed."},
  };
}

std::vector<Key> parameter_option_keys() {
  return {
      {.name = "space.*.log",
       .type = Type::kBoolean,
       .default_text = "false",
       .range = "true, false",
       .help = "float and int: search on a logarithmic scale; the lower bound must be above 0."},
      {.name = "space.*.step",
       .type = Type::kNumber,
       .range = "a number above 0",
       .help = "float and int: only low, low + step, low + 2 step, …; not together with log."},
      {.name = "space.*.default",
       .type = Type::kOther,
       .range = "one of its values",
       .help =
           "Taken where nothing else is said: in the smoke trial and in baselines. Otherwise the "
           "middle of the range or the first choice."},
      {.name = "space.*.when",
       .type = Type::kOther,
       .range = "{parameter: condition}",
       .help = "The parameter exists only when all conditions hold: {optimizer: sgd}, {optimizer: "
               "[sgd, nesterov]}, {layers: \">= 2\"}."},
      {.name = "forbid",
       .type = Type::kOther,
       .range = "a list of expressions",
       .help = "Combinations never to be tried: \"depth > 100 and width == 256\", \"optimizer in "
               "[sgd, adam] and lr > 0.5\"."},
  };
}

std::vector<Key> search_keys() {
  return {
      {.name = "algorithm",
       .type = Type::kOther,
       .default_text = "auto",
       .range = "a name, or {name: {option: value}}",
       .help = "How configurations are proposed; auto chooses by space and budget and says why."},
      {.name = "scheduler",
       .type = Type::kOther,
       .default_text = "none",
       .range = "a name, or {name: {option: value}}",
       .help = "Which running trials go on: none, median, percentile, patience, threshold, curve, "
               "asha, hyperband, bohb, pbt or pb2. It judges each report of the objective; "
               "metric_step, an option of all of them, names the metric that counts the steps, "
               "else step= of the report does. One objective only."},
      {.name = "baseline",
       .type = Type::kOther,
       .default_text = "[]",
       .range = "a list of {parameter: value}",
       .help = "Configurations to compare with; they run first. Missing parameters take their "
               "defaults."},
      {.name = "enqueue",
       .type = Type::kOther,
       .default_text = "[]",
       .range = "a list of {parameter: value}",
       .help = "Further configurations to try, right after the baselines and before what the "
               "algorithm proposes. Missing parameters take their defaults. automl enqueue adds "
               "more while the study runs."},
      {.name = "compare",
       .type = Type::kSection,
       .range = "{seeds}",
       .help =
           "When the search is over, winner and best baseline run again with new seeds, and the "
           "results are compared: mean, interval, P(better). One objective only."},
      {.name = "compare.seeds",
       .type = Type::kInteger,
       .range = "2 to 100",
       .help = "How often each of the two runs again; without a baseline the default configuration "
               "stands in for it. The program must use AUTOML_SEED. Such runs don't count for the "
               "budget.",
       .low = 2,
       .high = 100,
       .required = true},
      {.name = "inherit",
       .type = Type::kOther,
       .default_text = "[]",
       .range = "the name of a study, or a list of names",
       .help = "Earlier studies of the same owner whose complete trials the search starts from, as "
               "far as their values lie in this space; for algorithms gp and tpe. They count by "
               "their first objective alone, and are copied when the study is submitted."},
  };
}

std::vector<Key> all_keys() {
  std::vector<Key> table;
  for (auto part : {study_keys(),
                    parameter_kind_keys(),
                    parameter_option_keys(),
                    search_keys(),
                    sharing_keys(),
                    resource_keys(),
                    limit_keys()}) {
    table.insert(table.end(), part.begin(), part.end());
  }
  return table;
}

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> table = all_keys();
  return table;
}

const Key* find_key(std::string_view name) {
  const auto found =
      std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.name == name; });
  return found == keys().end() ? nullptr : &*found;
}

std::vector<std::string> keys_inside(std::string_view section) {
  std::vector<std::string> names;
  for (const Key& key : keys()) {
    const std::size_t dot = key.name.rfind('.');
    const bool top = dot == std::string_view::npos;
    if (section == (top ? std::string_view() : key.name.substr(0, dot))) {
      names.emplace_back(top ? key.name : key.name.substr(dot + 1));
    }
  }
  return names;
}

std::vector<std::string> words_of(const Key& key) {
  std::vector<std::string> words;
  std::string_view rest = key.range;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    words.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  }
  return words;
}

}  // namespace automl::engine::study_file
