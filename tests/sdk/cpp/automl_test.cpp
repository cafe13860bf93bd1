// SPDX-License-Identifier: Apache-2.0
// The C++ header and the Python package inside a real runner, and by hand.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/executor/runner/attempt_run.hpp"

namespace automl::executor::testing {
namespace {

const char* const kConsumer = AUTOML_BINARY_DIR "/cpp_sdk_consumer";

TEST(CppSdk, SpeaksToTheRunner) {
  AttemptRun attempt;
  const std::string data = attempt.home() + "/digits-small";
  std::filesystem::create_directory(data);
  attempt.order.session.spec.datasets = {data};
  attempt.order.session.spec.environment["AUTOML_SEED"] = "77";
  attempt.order.session.spec.params_json =
      R"({ "name": "a \"b\", \u00e9\ud83d\ude42\n:\"lr\": 9", "lr": 1e-05, "depth": 7, "flag": true })";
  const auto exit = attempt.run(kConsumer);
  EXPECT_EQ(exit.code, 0);
  const std::string output = attempt.output();
  EXPECT_NE(
      output.find(
          "lr=1e-05 depth=7 name=a \"b\", \xc3\xa9\xf0\x9f\x99\x82\n:\"lr\": 9 flag=1 seed=77 "
          "dataset=" +
          data + "\n"),
      std::string::npos)
      << output;
  EXPECT_NE(output.find("refused automl: a report needs at least one metric\nstop=0\n"),
            std::string::npos)
      << output;
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.measurements.size(), 4U);
  EXPECT_TRUE(std::isnan(record.measurements[0].metrics.at("nothing")));
  EXPECT_EQ(record.measurements[3].step, 2);
  EXPECT_EQ(record.measurements[3].metrics.at("loss"), 1e-05 / 3);
  EXPECT_EQ(record.measurements[3].metrics.at("bad"), INFINITY);
  EXPECT_EQ(record.used.at("depth").integer, 7);  // as it was read
  EXPECT_EQ(record.used.at("lr").real, 5e-06);    // as the program has changed it
  EXPECT_EQ(record.used.at("layers").integer, 3);
  EXPECT_TRUE(record.used.at("flag").flag);
  EXPECT_EQ(record.used.at("name").text, "two\nlines");
  EXPECT_EQ(std::filesystem::file_size(attempt.home() + "/sessions/7/checkpoint/state"), 3U);
}

TEST(CppSdk, PrintsByHand) {
  AttemptRun folder;  // only for its place on disk
  const std::string out = folder.home() + "/out";
  const std::string command =
      "cd " + folder.home() + " && env -u AUTOML_SOCKET " + kConsumer + " >out";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(folder.read("out"),
            "lr=0.5 depth=3 name=none flag=0 seed=3 dataset=\n[automl] nothing=nan\n"
            "[automl] step 0 loss=0.5 bad=inf\n[automl] step 1 loss=0.25 bad=inf\n"
            "[automl] step 2 loss=0.166667 bad=inf\n[automl] step 1\naccepted\nstop=0\n");
}

// Reports one by one; the verdict that came in the meantime ends it.
TEST(PythonSdk, StopsOnTheVerdict) {
  AttemptRun attempt;
  attempt.order.grace_s = 20;
  const std::string script = attempt.home() + "/train.py";
  std::ofstream(script) << "import automl, signal, time\n"
                           "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                           "print('lr', automl.params().lr)\n"
                           "step = 0\n"
                           "while automl.report(step=step, loss=1 / (step + 1)) == 'continue':\n"
                           "    step += 1\n"
                           "    time.sleep(0.01)\n"
                           "assert automl.should_stop()\n"
                           "automl.report(step=step + 1, last=float('nan'))\n"
                           "automl.save('state', {'step': step})\n"
                           "print('ended at its own will')\n";
  attempt.launch("/usr/bin/python3 " + script);
  ASSERT_TRUE(attempt.gate().wait_for(
      [](const GateRecord& record) { return record.measurements.size() >= 3; }));
  attempt.gate().set_verdict(idl::VerdictAction::STOP, "worse than the median", false);
  EXPECT_EQ(attempt.wait(), 0);
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.exits.size(), 1U);
  EXPECT_EQ(record.exits[0].cause, idl::ExitCause::STOPPED);
  EXPECT_EQ(record.exits[0].message, "worse than the median");
  EXPECT_EQ(record.exits[0].code, 0);
  EXPECT_TRUE(record.in_order);
  EXPECT_TRUE(std::isnan(record.measurements.back().metrics.at("last")));
  EXPECT_EQ(attempt.output(), "lr 0.1\nended at its own will\n");
}

}  // namespace
}  // namespace automl::executor::testing
