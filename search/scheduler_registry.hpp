// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "search/options.hpp"
#include "search/scheduler.hpp"
#include "search/search_space.hpp"

namespace automl::search {

// The only table from names to schedulers.
std::vector<std::string> scheduler_names();
std::vector<OptionHelp> scheduler_options(const std::string& name);

// Throws OptionError; `name` must be one of scheduler_names(). The space must outlive the
// scheduler.
std::unique_ptr<Scheduler> make_scheduler(const std::string& name,
                                          const Options& options,
                                          const SearchSpace& space,
                                          const Setting& setting);

}  // namespace automl::search
