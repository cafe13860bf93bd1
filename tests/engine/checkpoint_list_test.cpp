// SPDX-License-Identifier: Apache-2.0
#include "engine/checkpoint_list.hpp"

#include <gtest/gtest.h>

#include "engine/study_manager.hpp"

#include "tests/engine/driven_core.hpp"

namespace automl::engine {
namespace {

Payload list(DrivenCore& engine, const std::string& subject) {
  constexpr CallId kCall = 990'000;
  static CallId call = kCall;
  ++call;
  engine.turn(Inspected{
      call, [subject](const StudyManager& manager) { return list_checkpoints(manager, subject); }});
  return engine.reply_to(call).value();
}

// Each as SESSION@NUMBER of STUDY/TRIAL.
std::string listed(DrivenCore& engine, const std::string& subject) {
  std::string text;
  const Payload payload = list(engine, subject);
  for (const idl::CheckpointRow& row : std::get<idl::CheckpointList>(payload).rows) {
    text += row.session + "@" + std::to_string(row.checkpoint.number) + " of " + row.study + "/" +
            std::to_string(row.trial_number) + "\n";
  }
  return text;
}

TEST(CheckpointList, NamesWhoseTheyAre) {
  DrivenCore engine;
  idl::StudySpec spec = small_study("s");
  spec.parallel = 2;
  engine.submit(spec);
  const auto launches = engine.take_launches();
  ASSERT_EQ(launches.size(), 2U);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 2; ++i) {
    engine.register_runner(launches[i].token);
    names.push_back(launches[i].session_name);
    idl::Checkpoint checkpoint;
    checkpoint.number = 1;
    checkpoint.attempt = 1;
    checkpoint.files = 1;
    checkpoint.digest = std::string(64, 'c');
    idl::ReportBatch batch;
    batch.checkpoints = {checkpoint};
    batch.measurements = {measured(1, 0.5)};
    engine.report_batch(launches[i].token, batch);
  }
  engine.finish(launches[0].token, exited(0));
  const std::string first = names[0] + "@1 of s/0\n";
  const std::string second = names[1] + "@1 of s/1\n";
  EXPECT_EQ(listed(engine, ""), first + second);
  EXPECT_EQ(listed(engine, "s"), first + second);
  EXPECT_EQ(listed(engine, "s/0"), first) << "a session that has ended";
  EXPECT_EQ(listed(engine, names[1]), second);
  EXPECT_EQ(refusal(list(engine, "nothing")),
            "not found: there is no study or session \"nothing\"");
}

}  // namespace
}  // namespace automl::engine
