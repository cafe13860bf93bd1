// SPDX-License-Identifier: Apache-2.0
#include "tests/executor/local/local_site.hpp"

namespace automl::executor {
namespace {

INSTANTIATE_TEST_SUITE_P(Local,
                         ExecutorConformance,
                         ::testing::Values(SiteMaker{
                             "local", [] { return std::make_unique<testing::LocalSite>(); }}));

}  // namespace
}  // namespace automl::executor
