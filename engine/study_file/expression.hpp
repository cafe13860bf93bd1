// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "records_types.h"

namespace automl::engine::study_file {

// `depth > 100 and width == 256 and optimizer in [sgd, 'a b']`: what `forbid` takes. Comparisons
// are
// == != < <= > >= and `in [..]`; words may be bare or in quotes.
struct Expression {
  std::vector<idl::Comparison> all_of;
  // What is wrong with the text; empty: nothing.
  std::string objection;
};
Expression read_expression(const std::string& text);

// `>= 2`, `!= sgd`, `in [a, b]`: the part of a comparison behind the parameter. False when `text`
// does not start with an operator; then nothing is set.
bool read_relation(const std::string& text, idl::Comparison& comparison, std::string& objection);

}  // namespace automl::engine::study_file
