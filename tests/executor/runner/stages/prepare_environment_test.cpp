// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/executor/runner/attempt_run.hpp"

namespace automl::executor::testing {
namespace {

namespace fs = std::filesystem;

void write(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << text;
}

// A wheel made by hand: no network and no build tools are needed to install it.
void make_wheel(const std::string& folder) {
  const std::string script =
      "import zipfile\n"
      "with zipfile.ZipFile('" +
      folder +
      "/tiny-1.0-py3-none-any.whl', 'w') as wheel:\n"
      "    wheel.writestr('tiny.py', 'answer = 42\\n')\n"
      "    info = 'tiny-1.0.dist-info/'\n"
      "    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: "
      "1.0\\n')\n"
      "    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\n'\n"
      "        'Root-Is-Purelib: true\\nTag: py3-none-any\\n')\n"
      "    wheel.writestr(info + 'RECORD', 'tiny.py,,\\n' + ''.join(info + n + ',,\\n'\n"
      "        for n in ('METADATA', 'WHEEL', 'RECORD')))\n";
  write(folder + "/make.py", script);
  ASSERT_EQ(std::system(("/usr/bin/python3 " + folder + "/make.py").c_str()), 0);
}

class PrepareEnvironment : public ::testing::Test {
 protected:
  PrepareEnvironment() { setenv("PATH", "/usr/bin:/bin", 1); }

  void prepare(AttemptRun& attempt, const std::string& requirements) {
    const std::string code = attempt.home() + "/code";
    write(code + "/requirements.txt", requirements);
    attempt.order.session.spec.working_directory = code;
    attempt.order.session.spec.setup = "requirements.txt";
  }
};

TEST_F(PrepareEnvironment, InstallsOnceAndIsUsedByThoseThatWait) {
  AttemptRun attempt;
  prepare(attempt, "--no-index\n--find-links wheels\ntiny==1.0\n");
  fs::create_directories(attempt.home() + "/code/wheels");
  make_wheel(attempt.home() + "/code/wheels");
  const auto exit = attempt.run("python3 -c 'import tiny, sys; print(tiny.answer, sys.prefix)'");
  EXPECT_EQ(exit.cause, idl::ExitCause::EXITED) << exit.message;
  EXPECT_EQ(exit.code, 0);
  const std::string output = attempt.output();
  EXPECT_NE(output.find("42 " + attempt.home() + "/cache/environments/"), std::string::npos)
      << output;
  EXPECT_NE(output.find("Successfully installed tiny-1.0"), std::string::npos);
  int complete = 0;
  for (const auto& entry : fs::directory_iterator(attempt.home() + "/cache/environments")) {
    complete += fs::exists(entry.path() / ".complete") ? 1 : 0;
  }
  EXPECT_EQ(complete, 1);

  // The same file again: nothing is installed. Half an environment is not taken for a whole one.
  AttemptRun second;
  prepare(second, "--no-index\n--find-links wheels\ntiny==1.0\n");
  second.order.cache_directory = attempt.home() + "/cache";
  second.run("python3 -c 'import tiny'");
  EXPECT_EQ(second.output().find("Successfully installed"), std::string::npos);
}

TEST_F(PrepareEnvironment, SaysWhatFailed) {
  AttemptRun attempt;
  prepare(attempt, "--no-index\nno-such-package-anywhere\n");
  const auto exit = attempt.run("touch ../ran");
  EXPECT_EQ(exit.cause, idl::ExitCause::NOT_STARTED);
  EXPECT_NE(exit.message.find("the environment could not be made: exited with code 1: ERROR:"),
            std::string::npos)
      << exit.message;
  EXPECT_NE(attempt.output().find("no-such-package-anywhere"), std::string::npos);
  EXPECT_FALSE(fs::exists(attempt.home() + "/ran"));
}

TEST_F(PrepareEnvironment, AMissingFileIsNamed) {
  AttemptRun attempt;
  prepare(attempt, "");
  attempt.order.session.spec.setup = "elsewhere.txt";
  const auto exit = attempt.run("true");
  EXPECT_EQ(exit.cause, idl::ExitCause::NOT_STARTED);
  EXPECT_NE(exit.message.find("elsewhere.txt cannot be read"), std::string::npos);
}

TEST_F(PrepareEnvironment, IsStoppedWithTheSession) {
  AttemptRun attempt;
  prepare(attempt, "");
  // A python3 that never ends stands for a long download.
  const std::string bin = attempt.home() + "/bin";
  write(bin + "/python3", "#!/bin/sh\ntouch " + attempt.home() + "/up\nexec sleep 1000\n");
  fs::permissions(bin + "/python3", fs::perms::owner_all);
  setenv("PATH", (bin + ":/usr/bin:/bin").c_str(), 1);
  attempt.launch("touch ../ran");
  ASSERT_TRUE(attempt.wait_for_file("up"));
  attempt.gate().set_verdict(idl::VerdictAction::STOP, "stopped by ada", false);
  EXPECT_EQ(attempt.wait(), 0);
  const GateRecord record = attempt.gate().record();
  ASSERT_EQ(record.exits.size(), 1U);
  EXPECT_EQ(record.exits[0].cause, idl::ExitCause::STOPPED);
  EXPECT_EQ(record.exits[0].message, "stopped by ada");
  EXPECT_FALSE(fs::exists(attempt.home() + "/ran"));
}

}  // namespace
}  // namespace automl::executor::testing
