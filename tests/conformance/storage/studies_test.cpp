// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "storage/errors.hpp"
#include "tests/conformance/storage/records.hpp"
#include "tests/conformance/storage/store.hpp"

namespace automl::storage {

using testing::ElementsAre;

TEST_P(StorageConformance, StudyIdsCountFromOne) {
  turn([&] {
    EXPECT_EQ(storage().create_study(records::study("a")), 1);
    EXPECT_EQ(storage().create_study(records::study("b")), 2);
  });
  reopen();
  turn([&] { EXPECT_EQ(storage().create_study(records::study("c")), 3); });
}

TEST_P(StorageConformance, StudyComesBackWhole) {
  idl::Study study;
  turn([&] { study = records::stored_study(storage()); });
  EXPECT_THAT(storage().load_studies(), ElementsAre(study));
  reopen();
  EXPECT_THAT(storage().load_studies(), ElementsAre(study));
}

TEST_P(StorageConformance, PriorTasksComeBackInTheirOrder) {
  std::vector<idl::PriorTask> tasks(3);
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    tasks[t].study = "earlier " + std::to_string(9 - t);
    tasks[t].trials.resize(t);
    for (idl::PriorTrial& trial : tasks[t].trials) {
      trial.value = -0.1 * static_cast<double>(t);
      trial.configuration.resize(1);
      trial.configuration[0].parameter = "lr";
      trial.configuration[0].value.__set_real(1e-5);
    }
  }
  std::int64_t with = 0;
  std::int64_t without = 0;
  turn([&] {
    with = storage().create_study(records::study("with"));
    storage().store_prior_tasks(with, tasks);
    without = storage().create_study(records::study("without"));
    storage().store_prior_tasks(without, {});
  });
  reopen();
  EXPECT_EQ(storage().load_prior_tasks(with), tasks);
  EXPECT_TRUE(storage().load_prior_tasks(without).empty());
  turn([&] { EXPECT_THROW(storage().store_prior_tasks(with, tasks), Conflict); });
  EXPECT_THROW(storage().store_prior_tasks(without, tasks), std::logic_error);
  EXPECT_EQ(storage().load_prior_tasks(with), tasks);
}

TEST_P(StorageConformance, VersionsOfAStudyComeBackByNumber) {
  std::vector<idl::StudyVersion> versions(2);
  for (std::size_t i = 0; i < versions.size(); ++i) {
    versions[i].number = static_cast<std::int64_t>(i) + 1;
    versions[i].spec = records::study("digits").spec;
    versions[i].spec.parallel = static_cast<std::int32_t>(i) + 4;
    versions[i].source_text = "study: digits # \n";
    versions[i].changes = {"parallel: 4 → 5"};
  }
  std::int64_t edited = 0;
  std::int64_t other = 0;
  turn([&] {
    edited = storage().create_study(records::study("edited"));
    other = storage().create_study(records::study("other"));
    storage().store_study_version(edited, versions[1]);
    storage().store_study_version(edited, versions[0]);
  });
  reopen();
  EXPECT_EQ(storage().load_study_versions(edited), versions);
  EXPECT_TRUE(storage().load_study_versions(other).empty());
  turn([&] { EXPECT_THROW(storage().store_study_version(edited, versions[1]), Conflict); });
  EXPECT_THROW(storage().store_study_version(other, versions[0]), std::logic_error);
  EXPECT_EQ(storage().load_study_versions(edited), versions);
}

TEST_P(StorageConformance, OwnerAndNameOfAStudyAreUniqueTogether) {
  turn([&] {
    storage().create_study(records::study("digits", "ada"));
    EXPECT_THROW(storage().create_study(records::study("digits", "ada")), Conflict);
    storage().create_study(records::study("digits", "bob"));
    storage().create_study(records::study("other", "ada"));
  });
  EXPECT_EQ(storage().load_studies().size(), 3U);
}

TEST_P(StorageConformance, StudyNamesAreComparedAsBytes) {
  const std::vector<std::string> names = {"Digits",
                                          "digits",
                                          "digits ",
                                          " digits",
                                          "d\u00efgits",
                                          "di\u0308gits",
                                          "",
                                          "digits%",
                                          std::string("digits\0", 7),
                                          std::string("digits\0x", 8)};
  turn([&] {
    for (const std::string& name : names) {
      storage().create_study(records::study(name));
    }
  });
  const std::vector<idl::Study> studies = storage().load_studies();
  ASSERT_EQ(studies.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(studies[i].spec.name, names[i]);
    turn([&] { EXPECT_THROW(storage().create_study(records::study(names[i])), Conflict); });
  }
}

TEST_P(StorageConformance, UpdateReplacesTheWholeStudy) {
  idl::Study study;
  turn([&] { study = records::stored_study(storage()); });
  study.state = idl::StudyState::FAILED;
  study.reason = "too many failures";
  study.spec.budget.__isset.target = false;
  study.spec.space.clear();
  study.next_proposal = 1'000'000'000'000;
  turn([&] { storage().update_study(study); });
  EXPECT_THAT(storage().load_studies(), ElementsAre(study));
  turn([&] { storage().update_study(study); });  // the same again is no error
}

TEST_P(StorageConformance, StudyThatIsNotThereCannotBeUpdated) {
  turn([&] {
    idl::Study study = records::stored_study(storage());
    study.id += 1;
    EXPECT_THROW(storage().update_study(study), Conflict);
  });
}

TEST_P(StorageConformance, StudyKeepsOwnerAndName) {
  idl::Study study;
  turn([&] {
    study = records::stored_study(storage());
    idl::Study renamed = study;
    renamed.spec.name = "other";
    EXPECT_THROW(storage().update_study(renamed), Conflict);
    renamed = study;
    renamed.owner = "bob";
    EXPECT_THROW(storage().update_study(renamed), Conflict);
  });
  EXPECT_THAT(storage().load_studies(), ElementsAre(study));
}

TEST_P(StorageConformance, StudyStateOutOfRangeIsRefused) {
  turn([&] {
    idl::Study study = records::study("digits");
    for (const int state : {0, 6, 7}) {  // what the enumeration can hold at all
      study.state = static_cast<idl::StudyState::type>(state);
      EXPECT_THROW(storage().create_study(study), Conflict) << state;
    }
  });
  EXPECT_TRUE(storage().load_studies().empty());
}

}  // namespace automl::storage
