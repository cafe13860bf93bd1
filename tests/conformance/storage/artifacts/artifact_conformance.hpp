// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "storage/artifacts/artifact_store.hpp"

namespace automl::storage {

// An empty place for artifacts that can be opened again and again.
class ArtifactPlace {
 public:
  virtual ~ArtifactPlace() = default;
  virtual std::unique_ptr<ArtifactStore> open() = 0;
};

// Each implementation instantiates this suite with a function that makes an empty place.
class ArtifactConformance
    : public testing::TestWithParam<std::function<std::unique_ptr<ArtifactPlace>()>> {
 protected:
  void SetUp() override {
    place_ = GetParam()();
    store_ = place_->open();
  }
  ArtifactStore& store() { return *store_; }

  std::unique_ptr<ArtifactPlace> place_;
  std::unique_ptr<ArtifactStore> store_;
};

}  // namespace automl::storage
