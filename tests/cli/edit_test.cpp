// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/program_fixture.hpp"

namespace automl::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class EditTest : public ProgramTest {
 protected:
  static idl::InvalidRequest refused(int line) {
    idl::InvalidRequest refusal;
    refusal.message = "nothing was changed";
    idl::StudyFileError& error = refusal.errors.emplace_back();
    error.line = line;
    error.column = 1;
    error.message = "objective cannot change: trials that have ended were measured by it";
    return refusal;
  }
  // On a terminal, with a script that edits the file it is given.
  Outcome run_editor(const std::string& script) {
    serve();
    auto variables = environment();
    variables["VISUAL"] = "/bin/sh " + folder_.write("editor.sh", script);
    return Program(folder_, {"edit", "digits"}, variables, 80).wait();
  }
  int drafts() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      count += entry.path().extension() == ".yaml" ? 1 : 0;
    }
    return count;
  }
};

TEST_F(EditTest, SettingsGoToTheVersionThatWasSeen) {
  engine_->versions.front().number = 4;
  EXPECT_EQ(run({"edit", "digits", "--set", "budget.trials=100", "--set", "parallel=8"}).out,
            "study digits has version 5 of its file:\n"
            "  space.lr: {float: [1e-05, 0.1]} → {float: [1e-05, 0.5]}\n"
            "  37 of 40 trials kept, 3 left out: 3 with lr above 0.1?[2J\n");
  ASSERT_EQ(engine_->edits.size(), 1U);
  EXPECT_THAT(engine_->edits[0].settings, ElementsAre("budget.trials=100", "parallel=8"));
  EXPECT_EQ(engine_->edits[0].version, 4);
  EXPECT_EQ(engine_->edits[0].text.text, "");
  EXPECT_FALSE(engine_->edits[0].dry_run);
}

TEST_F(EditTest, AFileIsSentWithItsPlace) {
  const std::string path = folder_.write("study.yaml", "study: digits\nparallel: 8\n");
  EXPECT_THAT(run({"edit", "digits", path, "--dry-run"}).out,
              HasSubstr("study digits would have version 2 of its file:\n"));
  ASSERT_EQ(engine_->edits.size(), 1U);
  EXPECT_EQ(engine_->edits[0].text.text, "study: digits\nparallel: 8\n");
  EXPECT_EQ(engine_->edits[0].text.directory, folder_.path());
  EXPECT_TRUE(engine_->edits[0].dry_run);
  engine_->edit_refusals = {refused(7)};
  const Outcome outcome = run({"edit", "digits", path});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err,
            path +
                ":7:1: objective cannot change: trials that have ended were measured by it\n"
                "automl: nothing was changed\n");
}

TEST_F(EditTest, ProgramsGetJson) {
  const auto reply = nlohmann::json::parse(run({"edit", "digits", "--set", "a=1", "--json"}).out);
  EXPECT_EQ(reply["version"]["number"], 2);
  EXPECT_EQ(reply["status"]["study"]["id"], engine_->status.study.id);
  EXPECT_THAT(run({"edit", "digits"}).err, HasSubstr("--set KEY=VALUE"));
  EXPECT_THAT(run({"edit", "digitz", "--set", "a=1"}).err, HasSubstr("did you mean \"digits\""));
}

TEST_F(EditTest, TheEditorIsOpenedAgainUntilTheTextIsTaken) {
  engine_->edit_refusals = {refused(2)};
  // What was refused is on top when the editor opens again.
  const Outcome outcome = run_editor(
      "grep -q 'line 4: objective cannot change' \"$1\" && echo 'seed: 1' >> \"$1\"\n"
      "grep -q parallel \"$1\" || echo 'parallel: 2' >> \"$1\"\n");
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("study digits has version 2"));
  ASSERT_EQ(engine_->edits.size(), 2U);
  EXPECT_EQ(engine_->edits[0].text.text, "study: digits\nparallel: 2\n");
  EXPECT_EQ(engine_->edits[1].text.text, "study: digits\nparallel: 2\nseed: 1\n");
  EXPECT_NE(engine_->request_ids[0], engine_->request_ids[1]);
  EXPECT_EQ(drafts(), 0);
}

TEST_F(EditTest, WhatWasRefusedAndIsLeftSoIsKept) {
  engine_->edit_refusals = {refused(1)};
  const Outcome outcome = run_editor("grep -q parallel \"$1\" || echo 'parallel: 2' >> \"$1\"\n");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("your text is kept in " + folder_.path() + "/automl-edit-"));
  EXPECT_EQ(drafts(), 1);
}

TEST_F(EditTest, UnchangedTextAndFailedEditorsChangeNothing) {
  EXPECT_THAT(run_editor("true\n").out, HasSubstr("study digits: nothing changed"));
  EXPECT_EQ(drafts(), 0);
  const Outcome outcome = run_editor("echo 'parallel: 2' >> \"$1\"; exit 1\n");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("nothing was changed"));
  EXPECT_THAT(engine_->edits, IsEmpty());
}

TEST_F(EditTest, ShowListsTheVersionsOfAStudy) {
  idl::StudyVersion second = engine_->versions.front();
  second.number = 2;
  second.by = "bob";
  second.time_ms += 3'600'000;
  second.changes = {"parallel: 2 → 4"};
  second.notes = {"all 40 trials kept"};
  engine_->versions.push_back(second);
  const std::string out = run({"show", "digits"}).out;
  EXPECT_THAT(out, HasSubstr("version 2 of its file\n"));
  EXPECT_THAT(out, HasSubstr("ada  submitted\n"));
  EXPECT_THAT(out, HasSubstr("bob  parallel: 2 → 4\n"));
  EXPECT_THAT(out, HasSubstr("     all 40 trials kept\n"));
  EXPECT_EQ(nlohmann::json::parse(run({"show", "digits", "--json"}).out).size(), 2U);
}

TEST_F(EditTest, ParametersThatAreGoneKeepTheirColumns) {
  idl::StudyVersion earlier = engine_->versions.front();
  idl::Parameter gone = earlier.spec.space.front();
  gone.name = "gone";
  earlier.spec.space.push_back(gone);
  engine_->versions.insert(engine_->versions.begin(), earlier);
  engine_->status.study.file_version = 2;
  idl::Assignment& value = engine_->trials.front().configuration.emplace_back();
  value.parameter = "gone";
  value.value.__set_real(0.25);
  engine_->board.rows.front().trial.configuration.push_back(value);
  EXPECT_THAT(run({"export", "digits", "--format", "csv"}).out, HasSubstr(",gone,"));
  EXPECT_THAT(run({"board", "digits"}).out, HasSubstr("gone"));
}

}  // namespace
}  // namespace automl::cli
