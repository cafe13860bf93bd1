// SPDX-License-Identifier: Apache-2.0
#include "engine/read_back.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/driven_core.hpp"

namespace automl::engine {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ReadBack, WhatAProgramSaysThatItUsesIsComparedWithItsTrial) {
  DrivenCore engine;
  engine.submit(small_study("s"));
  const std::string token = engine.take_token();
  engine.register_runner(token);
  const idl::Trial trial = engine.trial("s", 0);
  const idl::Assignment& given = trial.configuration.at(0);
  const auto attempt = [&] { return engine.attempts(trial.session_id).back(); };
  const auto says = [&](const std::string& parameter, double value) {
    idl::ReportBatch batch;
    batch.used.resize(1);
    batch.used[0].parameter = parameter;
    batch.used[0].value.__set_real(value);
    engine.report_batch(token, batch);
  };
  says("unknown", 1);
  EXPECT_THAT(attempt().used, IsEmpty());
  says(given.parameter, given.value.real * (1 + 1e-8));
  EXPECT_EQ(attempt().used.size(), 1U);
  EXPECT_EQ(attempt().used_differs, "");
  says(given.parameter, -3);
  EXPECT_THAT(attempt().used_differs, HasSubstr(given.parameter + " is -3, not "));
  engine.restart();
  says("unknown", 1);
  EXPECT_THAT(attempt().used_differs, HasSubstr("is -3"));
  says(given.parameter, given.value.real);
  EXPECT_EQ(attempt().used_differs, "");
}

}  // namespace

}  // namespace automl::engine
