// SPDX-License-Identifier: Apache-2.0
#include "executor/gpu/inventory.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <dlfcn.h>
#include <memory>
#include <optional>
#include <sstream>

namespace automl::executor {

namespace {

// The part of NVML's interface that is used, declared here since its header is not free. Names and
// layouts: NVIDIA Management Library API reference.
constexpr int kNvmlSuccess = 0;
using NvmlDevice = void*;
struct NvmlMemory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};
struct Nvml {
  int (*init)();
  int (*shutdown)();
  int (*count)(unsigned int*);
  int (*handle)(unsigned int, NvmlDevice*);
  int (*name)(NvmlDevice, char*, unsigned int);
  int (*memory)(NvmlDevice, NvmlMemory*);
  // Not in every version.
  int (*uuid)(NvmlDevice, char*, unsigned int);
  const char* (*error)(int);
};

template <class Function>
bool load(void* library, const char* symbol, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, symbol));
  return function != nullptr;
}

bool load_all(void* library, Nvml& nvml) {
  load(library, "nvmlDeviceGetUUID", nvml.uuid);
  load(library, "nvmlErrorString", nvml.error);
  return load(library, "nvmlInit_v2", nvml.init) && load(library, "nvmlShutdown", nvml.shutdown) &&
         load(library, "nvmlDeviceGetCount_v2", nvml.count) &&
         load(library, "nvmlDeviceGetHandleByIndex_v2", nvml.handle) &&
         load(library, "nvmlDeviceGetName", nvml.name) &&
         load(library, "nvmlDeviceGetMemoryInfo", nvml.memory);
}

bool is_index(const std::string& text) {
  return !text.empty() && text.size() < 6 &&
         std::all_of(
             text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// What CUDA_VISIBLE_DEVICES lists: indices, and beginnings of UUIDs; unset when it does not
// restrict.
std::optional<std::vector<std::string>> visible_devices() {
  const char* text = std::getenv("CUDA_VISIBLE_DEVICES");
  if (text == nullptr) {
    return std::nullopt;
  }
  std::vector<std::string> devices;
  std::stringstream stream(text);
  for (std::string item; std::getline(stream, item, ',');) {
    if (!is_index(item) && item.rfind("GPU-", 0) != 0) {
      break;  // as CUDA does: what follows something invalid is invisible
    }
    devices.push_back(item);
  }
  return devices;
}

bool is_visible(const Nvml& nvml,
                unsigned int index,
                NvmlDevice device,
                const std::vector<std::string>& visible) {
  char uuid[96] = "";
  if (nvml.uuid != nullptr) {
    nvml.uuid(device, uuid, sizeof uuid);
  }
  return std::any_of(visible.begin(), visible.end(), [&](const std::string& one) {
    return is_index(one) ? std::stoul(one) == index : std::string(uuid).rfind(one, 0) == 0;
  });
}

std::vector<idl::Gpu> list_gpus(const Nvml& nvml) {
  const auto visible = visible_devices();
  std::vector<idl::Gpu> gpus;
  unsigned int count = 0;
  if (nvml.count(&count) != kNvmlSuccess) {
    return gpus;
  }
  for (unsigned int index = 0; index < count; ++index) {
    NvmlDevice device = nullptr;
    char name[96] = "";
    NvmlMemory memory{};
    if (nvml.handle(index, &device) != kNvmlSuccess ||
        (visible && !is_visible(nvml, index, device, *visible))) {
      continue;
    }
    nvml.name(device, name, sizeof name);
    nvml.memory(device, &memory);
    idl::Gpu gpu;
    gpu.index = static_cast<std::int32_t>(index);
    gpu.name = name;
    gpu.memory_bytes = static_cast<std::int64_t>(memory.total);
    gpus.push_back(std::move(gpu));
  }
  return gpus;
}

}  // namespace

GpuInventory find_gpus(const char* library) {
  GpuInventory inventory;
  void* loaded = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) {
    inventory.reason = "no NVIDIA driver library (" + std::string(library) + ")";
    return inventory;
  }
  Nvml nvml{};
  if (!load_all(loaded, nvml)) {
    inventory.reason = std::string(library) + " lacks functions that are needed";
  } else if (const int code = nvml.init(); code != kNvmlSuccess) {
    inventory.reason = "the NVIDIA driver answers with error " + std::to_string(code) +
                       (nvml.error == nullptr ? "" : ": " + std::string(nvml.error(code)));
  } else {
    inventory.gpus = list_gpus(nvml);
    nvml.shutdown();
    if (inventory.gpus.empty()) {
      inventory.reason = "the NVIDIA driver shows no GPU";
    }
  }
  dlclose(loaded);
  return inventory;
}

}  // namespace automl::executor
