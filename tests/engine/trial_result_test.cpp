// SPDX-License-Identifier: Apache-2.0
#include "engine/trial_result.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Metrics = std::map<std::string, double>;

struct Final {
  std::optional<TrialResult> result;
  std::string why;
  std::string missing;

  std::optional<double> value() const {
    return result ? std::optional(result->values.front()) : std::nullopt;
  }
  double latency() const { return result.value().constraint_values.at("latency_ms"); }
};

// Each measurement with its step.
Final final_of(const idl::StudySpec& spec,
               const std::vector<std::pair<std::int64_t, Metrics>>& measurements) {
  ResultTrace trace;
  for (const auto& [step, metrics] : measurements) {
    idl::Measurement measurement;
    measurement.step = step;
    measurement.metrics = metrics;
    follow(trace, spec, measurement);
  }
  Final final;
  final.result = final_result(trace, spec, final.why, final.missing);
  return final;
}

Final final_of(const std::vector<double>& losses,
               idl::ValueRule::type rule,
               idl::Goal::type goal = idl::Goal::MINIMIZE,
               int window = 1) {
  idl::StudySpec spec = small_study("s");
  spec.objectives[0].rule = rule;
  spec.objectives[0].goal = goal;
  spec.objectives[0].window = window;
  std::vector<std::pair<std::int64_t, Metrics>> measurements;
  for (const double loss : losses) {
    measurements.push_back({0, {{"loss", loss}}});
  }
  return final_of(spec, measurements);
}

idl::StudySpec with_latency(idl::ValueRule::type rule) {
  idl::StudySpec spec = small_study("s");
  spec.objectives[0].rule = rule;
  spec.objectives[0].window = 2;
  spec.constraints = {bound("latency_ms", idl::ComparisonOp::LESS, 20)};
  return spec;
}

TEST(FinalResult, FollowsTheRule) {
  const std::vector<double> losses = {5, 1, 4, 2, 3};
  EXPECT_EQ(final_of(losses, idl::ValueRule::LAST).value(), 3);
  EXPECT_EQ(final_of(losses, idl::ValueRule::BEST).value(), 1);
  EXPECT_EQ(final_of(losses, idl::ValueRule::BEST, idl::Goal::MAXIMIZE).value(), 5);
  EXPECT_EQ(final_of(losses, idl::ValueRule::MEAN_LAST, idl::Goal::MINIMIZE, 2).value(), 2.5);
  EXPECT_EQ(final_of(losses, idl::ValueRule::MEAN_LAST, idl::Goal::MINIMIZE, 100).value(), 3);
}

TEST(FinalResult, NotANumberAndInfinityAreFailuresUnlessTheBestIsFinite) {
  EXPECT_EQ(final_of({1, kNan}, idl::ValueRule::LAST).why, "loss is not a number");
  EXPECT_EQ(final_of({kNan, 1}, idl::ValueRule::LAST).value(), 1);
  EXPECT_EQ(final_of({1, -kInfinity}, idl::ValueRule::LAST).why, "loss is infinite");
  EXPECT_EQ(final_of({kNan, 2, -kInfinity, 7}, idl::ValueRule::BEST).value(), 2);
  EXPECT_EQ(final_of({kNan}, idl::ValueRule::BEST).why, "loss is not a number");
  EXPECT_EQ(final_of({kNan, 1, 1}, idl::ValueRule::MEAN_LAST, idl::Goal::MINIMIZE, 2).value(), 1);
  EXPECT_EQ(final_of({kNan, 1}, idl::ValueRule::MEAN_LAST, idl::Goal::MINIMIZE, 2).why,
            "loss is not a number");
}

TEST(FinalResult, NothingReportedNamesTheMetric) {
  const Final none = final_of({}, idl::ValueRule::LAST);
  EXPECT_EQ(none.why, "ended without reporting loss");
  EXPECT_EQ(none.missing, "loss");
  EXPECT_EQ(final_of(small_study("s"), {{1, {{"accuracy", 0.5}}}}).missing, "loss");
  const Final without = final_of(with_latency(idl::ValueRule::LAST), {{1, {{"loss", 1}}}});
  EXPECT_EQ(without.why, "ended without reporting latency_ms");
  EXPECT_EQ(without.missing, "latency_ms");
}

TEST(FinalResult, ABoundedMetricIsTheLastOneReported) {
  for (const auto rule : {idl::ValueRule::LAST, idl::ValueRule::MEAN_LAST}) {
    const Final final = final_of(
        with_latency(rule),
        {{1, {{"loss", 0.1}, {"latency_ms", 10}}}, {2, {{"latency_ms", 25}}}, {3, {{"loss", 3}}}});
    EXPECT_EQ(final.latency(), 25);
    EXPECT_DOUBLE_EQ(final.result->violation, 0.25);
  }
  const Final broken =
      final_of(with_latency(idl::ValueRule::LAST), {{1, {{"loss", 0.1}, {"latency_ms", kNan}}}});
  EXPECT_EQ(broken.why, "latency_ms is not a number");
  EXPECT_EQ(broken.missing, "");
}

TEST(FinalResult, WithTheBestValueGoesTheBoundedMetricOfItsStep) {
  const idl::StudySpec spec = with_latency(idl::ValueRule::BEST);
  const auto latency = [&](const std::vector<std::pair<std::int64_t, Metrics>>& measurements) {
    return final_of(spec, measurements).latency();
  };
  // Together; in two reports of one step, in either order.
  EXPECT_EQ(
      latency({{1, {{"loss", 1}, {"latency_ms", 10}}}, {2, {{"loss", 2}, {"latency_ms", 30}}}}),
      10);
  EXPECT_EQ(latency({{1, {{"latency_ms", 9}}}, {1, {{"loss", 1}}}, {2, {{"latency_ms", 30}}}}), 9);
  EXPECT_EQ(latency({{0, {{"latency_ms", 5}}}, {1, {{"loss", 1}}}, {1, {{"latency_ms", 10}}}}), 10);
  // Once before, or once at the end.
  EXPECT_EQ(latency({{0, {{"latency_ms", 5}}}, {1, {{"loss", 1}}}, {2, {{"loss", 2}}}}), 5);
  EXPECT_EQ(latency({{1, {{"loss", 1}}}, {2, {{"loss", 2}}}, {9, {{"latency_ms", 7}}}}), 7);
  // The one of an earlier best does not stay.
  EXPECT_EQ(
      latency({{1, {{"loss", 2}, {"latency_ms", 10}}}, {2, {{"loss", 1}, {"latency_ms", 30}}}}),
      30);
}

TEST(FinalResult, ABoundOnAnObjectiveIsOnItsFinalValue) {
  idl::StudySpec spec = small_study("s");
  spec.objectives[0].rule = idl::ValueRule::MEAN_LAST;
  spec.objectives[0].window = 2;
  spec.constraints = {bound("loss", idl::ComparisonOp::LESS_OR_EQUAL, 2)};
  const Final final = final_of(spec, {{1, {{"loss", 1}}}, {2, {{"loss", 3}}}});
  EXPECT_EQ(final.value(), 2);
  EXPECT_EQ(final.result->violation, 0);
}

TEST(FinalResult, EveryObjectiveHasItsOwnRule) {
  idl::StudySpec spec = small_study("s");
  spec.objectives.push_back(spec.objectives[0]);
  spec.objectives[1].metric = "accuracy";
  spec.objectives[1].goal = idl::Goal::MAXIMIZE;
  spec.objectives[1].rule = idl::ValueRule::BEST;
  const Final final = final_of(
      spec, {{1, {{"loss", 1}, {"accuracy", 0.9}}}, {2, {{"loss", 2}, {"accuracy", 0.5}}}});
  EXPECT_EQ(final.result.value().values, (std::vector<double>{2, 0.9}));
  EXPECT_EQ(final_of(spec, {{1, {{"loss", 1}}}}).missing, "accuracy");
}

TEST(Excess, IsRelativeToTheBoundAndSignedByTheSide) {
  using Op = idl::ComparisonOp;
  EXPECT_DOUBLE_EQ(excess(bound("m", Op::LESS_OR_EQUAL, 20), 25), 0.25);
  EXPECT_DOUBLE_EQ(excess(bound("m", Op::LESS_OR_EQUAL, 20), 15), -0.25);
  EXPECT_DOUBLE_EQ(excess(bound("m", Op::GREATER_OR_EQUAL, -4), -5), 0.25);
  EXPECT_DOUBLE_EQ(excess(bound("m", Op::LESS, 0), 3), 3);
  EXPECT_EQ(excess(bound("m", Op::LESS_OR_EQUAL, 20), 20), 0);
  EXPECT_EQ(excess(bound("m", Op::GREATER_OR_EQUAL, 20), 20), 0);
  EXPECT_GT(excess(bound("m", Op::LESS, 20), 20), 0);
  EXPECT_GT(excess(bound("m", Op::GREATER, 20), 20), 0);
}

TEST(Excess, StaysOnItsSideAndFiniteAtTheEndsOfTheNumbers) {
  using Op = idl::ComparisonOp;
  const double most = std::numeric_limits<double>::max();
  for (const double limit : {1e-300, 1.0, 1e300, -most, most}) {
    for (const double value : {-most, 0.0, std::nextafter(limit, most), most}) {
      for (const auto op : {Op::LESS, Op::LESS_OR_EQUAL, Op::GREATER, Op::GREATER_OR_EQUAL}) {
        const double got = excess(bound("m", op, limit), value);
        const bool met = op == Op::LESS            ? value < limit
                         : op == Op::LESS_OR_EQUAL ? value <= limit
                         : op == Op::GREATER       ? value > limit
                                                   : value >= limit;
        EXPECT_EQ(got <= 0, met) << value << " " << op << " " << limit;
        EXPECT_TRUE(std::isfinite(got));
      }
    }
  }
}

TEST(ToldResult, NeedsEveryMetricAndNoOther) {
  const idl::StudySpec spec = with_latency(idl::ValueRule::LAST);
  idl::Outcome outcome;
  outcome.__set_value(1);
  EXPECT_EQ(outcome_objection(spec, outcome),
            "latency_ms is missing; tell all of loss, latency_ms");
  outcome.metrics = {{"latency_ms", 12}};
  EXPECT_EQ(outcome_objection(spec, outcome), "");
  outcome.metrics["loss"] = 1;
  EXPECT_EQ(outcome_objection(spec, outcome), "");
  outcome.metrics["loss"] = 2;
  EXPECT_EQ(outcome_objection(spec, outcome), "loss is told twice, with different values");
  outcome.metrics = {{"latency_ms", 12}, {"latncy", 3}};
  EXPECT_EQ(outcome_objection(spec, outcome),
            "the study has no metric \"latncy\"; it has loss, latency_ms");
  EXPECT_EQ(outcome_objection(spec, idl::Outcome()), "") << "a failure";
}

TEST(ToldResult, IsAFailureWhenAValueIsNoNumber) {
  const idl::StudySpec spec = with_latency(idl::ValueRule::LAST);
  std::string why;
  idl::Outcome outcome;
  outcome.metrics = {{"loss", 1}, {"latency_ms", kInfinity}};
  EXPECT_FALSE(told_result(spec, outcome, why));
  EXPECT_EQ(why, "latency_ms is infinite");
  outcome.metrics["latency_ms"] = 30;
  EXPECT_DOUBLE_EQ(told_result(spec, outcome, why).value().violation, 0.5);
}

}  // namespace

}  // namespace automl::engine
