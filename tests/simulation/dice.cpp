// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/dice.hpp"

namespace automl::simulation {

std::string Dice::hex(int digits) {
  std::string text;
  for (int i = 0; i < digits; ++i) {
    text += "0123456789abcdef"[bits() % 16];
  }
  return text;
}

}  // namespace automl::simulation
