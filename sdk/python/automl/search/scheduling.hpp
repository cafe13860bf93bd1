// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

// Adds the class SchedulerCore and the table of schedulers to the module.
void bind_schedulers(pybind11::module_& module);
