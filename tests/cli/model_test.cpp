// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/program_fixture.hpp"

namespace automl::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;

class ModelTest : public ProgramTest {
 protected:
  ModelTest() {
    idl::CheckpointRow row;
    row.session = "ada/digits/41";
    row.study = "digits";
    row.trial_number = 8;
    row.checkpoint.number = 3;
    row.checkpoint.step = 12;
    row.checkpoint.bytes = 77'618;
    row.checkpoint.created_ms = 1'000'000;
    row.checkpoint.name = "state";
    row.checkpoint.digest = std::string(64, 'd');
    idl::CheckpointRow plain;
    plain.session = "ada/none/7";
    plain.checkpoint.number = 1;
    plain.checkpoint.step = -1;
    plain.checkpoint.bytes = 5;
    plain.checkpoint.created_ms = 1'003'000;
    plain.checkpoint.digest = std::string(64, 'e');
    engine_->checkpoints.rows = {row, plain};
    engine_->checkpoints.now_ms = 1'005'000;
  }
};

TEST_F(ModelTest, ListsWhatIsKept) {
  EXPECT_EQ(run({"model", "ls"}).out,
            "SESSION        TRIAL     NUMBER  STEP   SIZE   AGE  NAME   DIGEST\n"
            "ada/digits/41  digits/8       3    12  78 kB  0:05  state  dddddddddddd\n"
            "ada/none/7                    1          5 B  0:02         eeeeeeeeeeee\n");
  const auto json = nlohmann::json::parse(run({"model", "ls", "digits", "--json"}).out);
  EXPECT_EQ(json["rows"][0]["checkpoint"]["digest"], std::string(64, 'd'));
  EXPECT_THAT(engine_->calls, Contains("list_checkpoints digits"));
  engine_->checkpoints.rows.clear();
  EXPECT_EQ(run({"model", "ls"}).out, "nothing was saved\n");
}

TEST_F(ModelTest, GetsOneIntoAFolder) {
  EXPECT_EQ(run({"model", "get", "digits/8@3", folder_.path() + "/sub/../best/"}).out,
            "checkpoint 3 of ada/digits/41 (step 12), 78 kB, is in " + folder_.path() + "/best\n");
  EXPECT_THAT(engine_->calls,
              Contains("restore_checkpoint digits/8 3 " + folder_.path() + "/best"));
  EXPECT_EQ(run({"-q", "model", "get", "digits/8", "/tmp/x"}).out, "");
  EXPECT_THAT(engine_->calls, Contains("restore_checkpoint digits/8 0 /tmp/x"));
}

TEST_F(ModelTest, SaysWhatIsMissing) {
  EXPECT_THAT(run({"model", "get", "digits/8"}).err, HasSubstr("needs a session and a folder"));
  EXPECT_THAT(run({"model", "get", "digits/8@x", "/tmp/x"}).err,
              HasSubstr("expected SESSION@NUMBER"));
  EXPECT_THAT(run({"model", "eat"}).err, HasSubstr("automl help model"));
  EXPECT_EQ(run({"model"}).code, 2);
}

}  // namespace
}  // namespace automl::cli
