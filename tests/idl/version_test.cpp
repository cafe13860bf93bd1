// SPDX-License-Identifier: Apache-2.0
#include "idl/version.hpp"

#include <string>

#include <gtest/gtest.h>

TEST(Version, IsNotEmpty) { EXPECT_NE(std::string(automl::version()), ""); }
