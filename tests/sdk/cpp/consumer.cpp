// SPDX-License-Identifier: Apache-2.0
// A program outside of automl's build: it includes the one header and nothing else of ours.
#include <cmath>
#include <cstdio>

#include "automl.hpp"

int main() {
  const automl::Params params;
  const double lr = params.number("lr", 0.5);
  std::printf("lr=%g depth=%ld name=%s flag=%d seed=%ld dataset=%s\n",
              lr,
              params.integer("depth", 3),
              params.text("name", "none").c_str(),
              params.flag("flag", false) ? 1 : 0,
              automl::seed(3),
              automl::dataset("digits-small").c_str());
  automl::uses({{"lr", lr / 2}, {"layers", 3}, {"flag", true}, {"name", "two\nlines"}});
  automl::report({{"nothing", std::nan("")}});
  for (long step = 0; step < 3; ++step) {
    if (automl::report(step, {{"loss", lr / static_cast<double>(step + 1)}, {"bad", INFINITY}}) !=
        "continue") {
      break;
    }
  }
  if (!automl::save("state", std::string("a\0b", 3)) || automl::load("state").size() != 3) {
    return 1;
  }
  try {
    automl::report(1, {});
    std::printf("accepted\n");
  } catch (const std::invalid_argument& error) {
    std::printf("refused %s\n", error.what());
  }
  std::printf("stop=%d\n", automl::should_stop() ? 1 : 0);
  return 0;
}
