// SPDX-License-Identifier: Apache-2.0
#include "engine/study_file/parser.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/parameter_value.hpp"
#include "engine/space_binding.hpp"
#include "engine/study_search.hpp"

#include "tests/engine/study_file/study_folder.hpp"

namespace automl::engine::study_file {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const char* const kSmallest =
    "study: s\nobjective: {metric: loss, goal: minimize}\nspace:\n  x: {float: [0, 1]}\n";

class StudyFile : public ::testing::Test {
 protected:
  idl::StudySpec spec(const std::string& text) {
    const Parsed parsed = folder_.parse(text);
    EXPECT_THAT(folder_.errors(text), IsEmpty()) << text;
    return parsed.spec.value_or(idl::StudySpec());
  }
  StudyFolder folder_;
};

TEST_F(StudyFile, FillsInDefaults) {
  const idl::StudySpec study = spec(kSmallest);
  EXPECT_EQ(study.name, "s");
  EXPECT_EQ(study.command, "");
  EXPECT_EQ(study.code, "");
  EXPECT_EQ(study.objectives.at(0).rule, idl::ValueRule::LAST);
  EXPECT_EQ(study.algorithm.name, "auto");
  EXPECT_EQ(study.scheduler, idl::Scheduler());
  EXPECT_EQ(study.parallel, 1);
  EXPECT_EQ(study.retries, 1);
  EXPECT_EQ(study.max_failures, 20);
  EXPECT_EQ(study.seed, -1);
  EXPECT_EQ(study.resources.cpus, 1);
  EXPECT_EQ(study.resources.gpus, 0);
  EXPECT_EQ(study.resources.memory_bytes, 0);
  EXPECT_EQ(study.resources.time_s, 0);
  EXPECT_EQ(study.budget.trials, 100);
  EXPECT_FALSE(study.budget.__isset.target);
}

TEST_F(StudyFile, ReadsEveryKey) {
  const idl::StudySpec study = spec(complete_study());
  const std::string folder = folder_.path().string();
  EXPECT_THAT(study.datasets, ElementsAre(folder + "/data"));
  EXPECT_EQ(study.code, folder);
  EXPECT_EQ(study.setup, "src/requirements.txt");
  EXPECT_EQ(study.command, "python3 src/train.py ${args}\n");
  ASSERT_EQ(study.metrics.size(), 2U);
  EXPECT_EQ(study.metrics[1].metric, "val/acc");
  EXPECT_EQ(study.objectives.at(0).goal, idl::Goal::MAXIMIZE);
  EXPECT_EQ(study.objectives.at(0).rule, idl::ValueRule::MEAN_LAST);
  EXPECT_EQ(study.objectives.at(0).window, 5);
  EXPECT_EQ(study.algorithm.name, "tpe");
  EXPECT_EQ(study.scheduler.name, "asha");
  EXPECT_EQ(study.scheduler.step_metric, "epoch");
  EXPECT_EQ(study.scheduler.options,
            (std::map<std::string, std::string>{{"min", "1"}, {"max", "30"}, {"reduction", "3"}}));
  EXPECT_EQ(study.parallel, 4);
  EXPECT_EQ(study.resources.memory_bytes, 8LL << 30);
  EXPECT_EQ(study.resources.time_s, 7200);
  EXPECT_EQ(study.budget.trials, 50);
  EXPECT_EQ(study.budget.time_s, 12 * 3600);
  EXPECT_EQ(study.budget.target, 0.995);
  EXPECT_EQ(study.retries, 2);
  EXPECT_EQ(study.max_failures, 7);
  EXPECT_EQ(study.seed, 42);
  ASSERT_EQ(study.baseline.size(), 2U);
  EXPECT_EQ(study.baseline[0].size(), 4U);
  EXPECT_EQ(study.compare_seeds, 3);
  EXPECT_EQ(study.inherit, (std::vector<std::string>{"earlier", "digits-2"}));
  ASSERT_EQ(study.enqueue.size(), 1U);
  EXPECT_EQ(study.enqueue[0][0].value.integer, 128);
  ASSERT_EQ(study.forbid.size(), 2U);
  EXPECT_EQ(study.forbid[1].all_of[0].operands.size(), 2U);
}

TEST_F(StudyFile, ReadsConstraints) {
  const auto constraints = spec(complete_study()).constraints;
  ASSERT_EQ(constraints.size(), 3U);
  EXPECT_EQ(constraints[0].metric, "loss");
  EXPECT_EQ(constraints[0].op, idl::ComparisonOp::LESS_OR_EQUAL);
  EXPECT_EQ(constraints[0].bound, 3);
  EXPECT_EQ(constraints[1].metric, "val/acc");
  EXPECT_EQ(constraints[1].op, idl::ComparisonOp::GREATER);
  EXPECT_EQ(constraints[1].bound, 1e-3);
  EXPECT_EQ(constraints[2].text, "latency_ms < 20");
  EXPECT_THAT(spec(kSmallest).constraints, IsEmpty());
  EXPECT_THAT(spec(std::string(kSmallest) + "constraints: []\n").constraints, IsEmpty());
}

TEST_F(StudyFile, ReadsSeveralObjectives) {
  const std::string text =
      "study: s\nspace: {x: {float: [0, 1]}}\nconstraints: [\"a >= 0.5\"]\nobjective:\n"
      "  - {metric: a, goal: maximize, value: best}\n  - {metric: b, goal: minimize}\n";
  const auto objectives = spec(text).objectives;
  ASSERT_EQ(objectives.size(), 2U);
  EXPECT_EQ(objectives[0].metric, "a");
  EXPECT_EQ(objectives[0].goal, idl::Goal::MAXIMIZE);
  EXPECT_EQ(objectives[0].rule, idl::ValueRule::BEST);
  EXPECT_EQ(objectives[1].rule, idl::ValueRule::LAST);
  std::vector<std::string> keys;
  for (const idl::ExplainedKey& row : folder_.parse(text).keys) {
    if (row.key.rfind("objective", 0) == 0) {
      keys.push_back(row.key + " " + row.value);
    }
  }
  EXPECT_THAT(keys,
              ElementsAre("objective[0] {metric: a, goal: maximize, value: best}",
                          "objective[1] {metric: b, goal: minimize}"));
}

TEST_F(StudyFile, ReadsEveryKindOfParameter) {
  const auto space = spec(complete_study()).space;
  ASSERT_EQ(space.size(), 14U);
  EXPECT_EQ(space[0].low, 1e-5);
  EXPECT_TRUE(space[0].log);
  EXPECT_EQ(space[0].default_value.real, 0.1);
  EXPECT_EQ(space[3].step, 2);
  EXPECT_EQ(space[4].choices[2].text, "on");
  EXPECT_EQ(space[4].choices[3].text, "no");
  EXPECT_EQ(space[5].kind, idl::ParameterKind::ORDINAL);
  EXPECT_EQ(space[5].default_value.integer, 64);
  EXPECT_EQ(space[8].choices[1].text, "1");
  EXPECT_EQ(space[8].choices[2].integer, 2);
  EXPECT_TRUE(space[8].choices[3].flag);
  EXPECT_EQ(space[12].choices[0].integer, 30);
  EXPECT_EQ(space[13].choices[0].text, "fast");
}

TEST_F(StudyFile, ReadsConditions) {
  const auto space = spec(complete_study()).space;
  ASSERT_EQ(space[1].conditions.size(), 1U);
  EXPECT_EQ(space[1].conditions[0].op, idl::ComparisonOp::EQUAL);
  EXPECT_EQ(space[1].conditions[0].parameter, "optimizer");
  ASSERT_EQ(space[2].conditions.size(), 2U);
}

TEST_F(StudyFile, TimeAloneMeansNoLimitOfTrials) {
  EXPECT_EQ(spec(std::string(kSmallest) + "budget: {time: 90s}").budget.trials, 0);
  EXPECT_EQ(spec(std::string(kSmallest) + "budget: {target: 1}").budget.trials, 100);
}

TEST_F(StudyFile, ReadsQuantities) {
  const auto time = [&](const std::string& text) {
    return spec(kSmallest + ("resources: {time: " + text + "}")).resources.time_s;
  };
  EXPECT_EQ(time("90s"), 90);
  EXPECT_EQ(time("30m"), 1800);
  EXPECT_EQ(time("1.5h"), 5400);
  EXPECT_EQ(time("1d"), 86400);
  EXPECT_EQ(time("0.2s"), 1);
  const auto memory = [&](const std::string& text) {
    return spec(kSmallest + ("resources: {memory: " + text + "}")).resources.memory_bytes;
  };
  EXPECT_EQ(memory("512MB"), 512'000'000);
  EXPECT_EQ(memory("1.5 GiB"), 3LL << 29);
  EXPECT_EQ(memory("1TB"), 1'000'000'000'000);
}

TEST_F(StudyFile, ReadsByteOrderMarkAndWindowsLineEnds) {
  EXPECT_EQ(spec(std::string("\xEF\xBB\xBF") + kSmallest).name, "s");
  std::string text = kSmallest;
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, "\r\n");
  }
  EXPECT_EQ(spec(text).space.size(), 1U);
  EXPECT_EQ(spec("---\n" + std::string(kSmallest) + "...\n").name, "s");
}

TEST_F(StudyFile, ExplainsEveryKey) {
  const Parsed parsed = folder_.parse(std::string(kSmallest) + "parallel: 3\nbudget: {time: 1h}\n");
  const auto find = [&](const std::string& key) {
    for (const idl::ExplainedKey& row : parsed.keys) {
      if (row.key == key) {
        return row;
      }
    }
    ADD_FAILURE() << key;
    return idl::ExplainedKey();
  };
  EXPECT_EQ(find("parallel").value, "3");
  EXPECT_FALSE(find("parallel").from_default);
  EXPECT_EQ(find("retries").value, "1");
  EXPECT_TRUE(find("retries").from_default);
  EXPECT_EQ(find("budget.trials").value, "");
  EXPECT_EQ(find("space.x").value, "{float: [0, 1]}");
  EXPECT_NE(find("seed").help, "");
}

TEST_F(StudyFile, RefusesResourcesNoNodeHas) {
  idl::Node small;
  small.cpus = 2;
  small.memory_bytes = 4LL << 30;
  idl::Node wide = small;
  wide.cpus = 8;
  wide.memory_bytes = 1LL << 30;
  const auto errors = [&](const std::string& resources) {
    std::string all;
    for (const auto& error :
         parse(kSmallest + ("resources: " + resources), "f", "", {small, wide}).errors) {
      all += error.message + "\n";
    }
    return all;
  };
  EXPECT_EQ(errors("{cpus: 8}"), "");
  EXPECT_EQ(errors("{memory: 4GiB}"), "");
  EXPECT_EQ(errors("{cpus: 16}"), "resources.cpus: 16 asked for; the largest node has 8\n");
  EXPECT_THAT(errors("{gpus: 1, memory: 64GiB}"), HasSubstr("resources.gpus: 1 asked for"));
  EXPECT_THAT(errors("{gpus: 1, memory: 64GiB}"),
              HasSubstr("64GiB asked for; the largest node has 4096 MiB"));
  EXPECT_THAT(errors("{cpus: 8, memory: 4GiB}"), HasSubstr("no node has all of this at once"));
}

TEST_F(StudyFile, StudiesOfTheRepositoryAreRight) {
  for (const std::string name : {"digits", "functions"}) {
    const std::filesystem::path folder =
        std::filesystem::path(AUTOML_SOURCE_DIR) / "studies" / name;
    const Parsed parsed = parse(read_text(folder / "study.yaml"), "study.yaml", folder.string());
    for (const auto& error : parsed.errors) {
      ADD_FAILURE() << name << ":" << error.line << ": " << error.message;
    }
    ASSERT_TRUE(parsed.spec.has_value());
    EXPECT_NE(algorithm_note(*parsed.spec), "");
  }
}

TEST_F(StudyFile, ReadsSchedulers) {
  const std::string with_command = std::string(kSmallest) + "command: train\nparallel: 2\n";
  EXPECT_EQ(spec(with_command + "scheduler: none\n").scheduler, idl::Scheduler());
  EXPECT_EQ(spec(with_command + "scheduler: median\n").scheduler.name, "median");
  EXPECT_EQ(spec(with_command + "scheduler: {pbt: {limits: x 0 2}}\n").scheduler.options.size(),
            1U);
  EXPECT_EQ(last_step(spec(with_command + "scheduler: median\n")), std::nullopt);
  EXPECT_EQ(last_step(spec(with_command + "scheduler: hyperband\n")), 81);
  EXPECT_EQ(last_step(spec(with_command + "scheduler: asha\n")), std::nullopt);
  EXPECT_EQ(last_step(spec(with_command + "scheduler: {asha: {max: 27}}\n")), 27);
  const idl::StudySpec bohb = spec(with_command + "scheduler: bohb\n");
  EXPECT_THAT(algorithm_note(bohb), HasSubstr("tpe: the model of bohb"));
}

TEST_F(StudyFile, TheDigitsStudyIsTheOnePromised) {
  const std::filesystem::path folder = std::filesystem::path(AUTOML_SOURCE_DIR) / "studies/digits";
  const idl::StudySpec study =
      parse(read_text(folder / "study.yaml"), "study.yaml", folder.string()).spec.value();
  EXPECT_EQ(study.budget.trials, 40);
  EXPECT_EQ(study.parallel, 2);
  EXPECT_GE(study.space.size(), 5U);
  EXPECT_EQ(study.baseline.size(), 1U);
}

}  // namespace
}  // namespace automl::engine::study_file
