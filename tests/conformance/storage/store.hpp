// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "storage/storage.hpp"

namespace automl::storage {

// One store that a test may open again and again. A driver derives from it and instantiates the
// suite:
//   INSTANTIATE_TEST_SUITE_P(MySql, StorageConformance, testing::Values(make_mysql_store));
class Store {
 public:
  virtual ~Store() = default;
  // The same data each time.
  virtual std::unique_ptr<Storage> open() = 0;
  // Whether a second object may be opened while the first lives (else it is refused, which fences
  // as well).
  virtual bool shareable() const = 0;
};

using MakeStore = std::function<std::unique_ptr<Store>()>;

// Every test begins with an empty store, opened and claimed.
class StorageConformance : public testing::TestWithParam<MakeStore> {
 protected:
  void SetUp() override {
    store_ = GetParam()();
    storage_ = store_->open();
    storage_->claim_epoch();
  }
  Storage& storage() { return *storage_; }

  // Runs `work` as one turn.
  void turn(const std::function<void()>& work) {
    storage_->begin();
    work();
    storage_->commit();
  }
  // As after the end of the engine: nothing but the store survives.
  void reopen() {
    storage_.reset();
    storage_ = store_->open();
    storage_->claim_epoch();
  }

  std::unique_ptr<Store> store_;
  std::unique_ptr<Storage> storage_;
};

}  // namespace automl::storage
