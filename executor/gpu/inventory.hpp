// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "records_types.h"

namespace automl::executor {

// The GPUs of this machine that CUDA_VISIBLE_DEVICES (if set: indices or UUIDs) leaves visible.
// Their indices are NVML's, which CUDA shares under CUDA_DEVICE_ORDER=PCI_BUS_ID.
struct GpuInventory {
  std::vector<idl::Gpu> gpus;
  std::string reason;  // why there are none, for people
};

// Asks NVML, loaded at run time: without its library or driver there are simply no GPUs.
GpuInventory find_gpus(const char* library = "libnvidia-ml.so.1");

}  // namespace automl::executor
