// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/digits_report.hpp"

#include <cmath>

#include "cli/report_front.hpp"
#include "tests/cli/digits_study.hpp"

namespace automl::cli {

namespace {

constexpr int kTrials = 24;

idl::Value word(const std::string& text) {
  idl::Value value;
  value.__set_text(text);
  return value;
}

idl::Value real(double number) {
  idl::Value value;
  value.__set_real(number);
  return value;
}

idl::ParameterImportance importance(const std::string& name,
                                    double share,
                                    const std::vector<idl::Value>& at) {
  idl::ParameterImportance one;
  one.parameter = name;
  one.share = share;
  one.spread = share / 10;
  one.permutation = share;
  for (std::size_t i = 0; i < at.size(); ++i) {
    idl::CurvePoint point;
    point.at = at[i];
    point.value = 0.96 + 0.01 * static_cast<double>(i);
    point.spread = 0.002;
    one.curve.push_back(point);
  }
  return one;
}

idl::Trial trial(int number) {
  idl::Trial result = digits_trials()[0];
  const double lr = 1e-4 * std::pow(10, (number * 7 % kTrials) / 6.0);
  const bool sgd = number % 3 != 1;
  result.number = number;
  result.finish_order = number + 1;
  result.baseline = number == 0;
  result.configuration = {assignment("lr", lr), assignment("optimizer", sgd ? "sgd" : "adam")};
  if (sgd) {
    result.configuration.push_back(assignment("momentum", 0.04 * number));
  }
  result.configuration.push_back(assignment("depth", std::int64_t{1 + number % 4}));
  const double off = std::log10(lr) + 2;
  result.__set_value(0.985 - 0.01 * off * off - (sgd ? 0 : 0.004));
  result.values = {result.value};
  result.started_ms += number / 2 * std::int64_t{4'000};
  result.ended_ms = result.started_ms + 3'000 + number * 40;
  if (number == 5 || number == 11) {
    result.state = idl::TrialState::FAILED;
    result.__isset.value = false;
    result.values.clear();
    result.reason = "exit code 1 at step " + std::to_string(number);
  }
  return result;
}

}  // namespace

ReportData digits_report() {
  ReportData data;
  data.report.status = digits_status();
  idl::StudyStatus& status = data.report.status;
  status.study.state = idl::StudyState::DONE;
  status.study.ended_ms = status.now_ms;
  status.trials_running = 0;
  status.trials_complete = kTrials - 2;
  status.trials_failed = 2;
  std::vector<idl::Parameter>& space = status.study.spec.space;
  space.pop_back();
  space[0].low = 1e-4;
  space[0].high = 1;
  space[0].log = true;
  space[1].choices = {word("sgd"), word("adam")};
  space[2].high = 1;
  space[3].low = 1;
  space[3].high = 4;
  for (int number = 0; number < kTrials; ++number) {
    data.trials.push_back(trial(number));
    if (data.trials.back().__isset.value &&
        (number == 0 || data.trials.back().value > status.best.value)) {
      status.__set_best(data.trials.back());
    }
  }
  status.__set_baseline(data.trials[0]);
  idl::ObjectiveImportance found;
  found.metric = "val_accuracy";
  found.trials = kTrials - 2;
  found.explained = 0.87;
  found.parameters = {importance("lr", 0.62, {real(1e-4), real(1e-2), real(1)}),
                      importance("optimizer", 0.2, {word("sgd"), word("adam")}),
                      importance("momentum", 0.05, {real(0), real(1)}),
                      importance("depth", 0.004, {real(1), real(4)})};
  idl::InteractionImportance pair;
  pair.first = "lr";
  pair.second = "optimizer";
  pair.share = 0.08;
  pair.spread = 0.02;
  found.interactions = {pair};
  data.report.importance = {found};
  idl::RandomShadow shadow;
  for (int k = 1; k <= kTrials; ++k) {
    idl::ShadowPoint point;
    point.trials = k;
    point.expected = 0.982 - 0.02 / k;
    point.low = point.expected - 0.004;
    point.high = point.expected + 0.002;
    shadow.points.push_back(point);
  }
  shadow.__set_trials_to_best(340);
  data.report.__set_shadow(shadow);
  idl::RemainingGain gain;
  gain.best = 0.985;
  for (int k = 1; k <= 20; ++k) {
    gain.expected.push_back(0.0006 * (1 - 1.0 / (1 + k)));
  }
  gain.possible = 0.0009;
  gain.tolerance = 0.001;
  gain.certainty = 0.97;
  gain.stop = true;
  data.report.__set_remaining(gain);
  return data;
}

ReportData two_objectives_report() {
  ReportData data = digits_report();
  idl::StudyStatus& status = data.report.status;
  status.study.spec = two_objectives_status().study.spec;
  status.study.spec.space = digits_report().spec().space;
  bound_size(status.study.spec);
  status.__isset.best = false;
  data.report.__isset.shadow = false;
  data.report.__isset.remaining = false;
  for (idl::Trial& trial : data.trials) {
    if (trial.__isset.value) {
      trial.values.push_back(static_cast<double>(10 + trial.number * 5 % 17));
      set_size(trial, trial.number < 20 ? 10 : 25);
    }
  }
  for (const idl::Trial* trial : front_trials(data)) {
    status.front.push_back(*trial);
  }
  status.front_size = static_cast<std::int64_t>(status.front.size());
  status.trials_infeasible = 4;
  status.__set_baseline(data.trials[0]);
  data.report.importance.push_back(data.report.importance[0]);
  data.report.importance[1].metric = "latency_ms";
  return data;
}

}  // namespace automl::cli
