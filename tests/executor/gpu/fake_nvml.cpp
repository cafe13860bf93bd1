// SPDX-License-Identifier: Apache-2.0
// Stands in for NVIDIA's libnvidia-ml.so.1: two GPUs, or the error that FAKE_NVML_ERROR names.
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Memory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};

int devices[2];

int index_of(const void* device) { return device == &devices[1] ? 1 : 0; }

}  // namespace

extern "C" {

int nvmlInit_v2() {
  const char* error = std::getenv("FAKE_NVML_ERROR");
  return error == nullptr ? 0 : std::atoi(error);
}

int nvmlShutdown() { return 0; }

const char* nvmlErrorString(int code) { return code == 9 ? "Driver Not Loaded" : "Unknown Error"; }

int nvmlDeviceGetCount_v2(unsigned int* count) {
  *count = 2;
  return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void** device) {
  if (index > 1) {
    return 2;
  }
  *device = &devices[index];
  return 0;
}

int nvmlDeviceGetName(void* device, char* name, unsigned int size) {
  std::snprintf(name, size, "%s", index_of(device) == 0 ? "NVIDIA H100" : "NVIDIA T4");
  return 0;
}

int nvmlDeviceGetUUID(void* device, char* uuid, unsigned int size) {
  std::snprintf(uuid, size, "GPU-%d0000000-aaaa-bbbb-cccc-dddddddddddd", index_of(device) + 1);
  return 0;
}

int nvmlDeviceGetMemoryInfo(void* device, Memory* memory) {
  memory->total = (index_of(device) == 0 ? 80ULL : 16ULL) << 30;
  memory->used = 1ULL << 30;
  memory->free = memory->total - memory->used;
  return 0;
}
}
