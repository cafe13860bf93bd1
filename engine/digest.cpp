// SPDX-License-Identifier: Apache-2.0
#include "engine/digest.hpp"

#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

#include "engine/open_file.hpp"

namespace automl::engine {

namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
  }
  void add(std::string_view bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), &size));
    static const char kDigits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
      text.push_back(kDigits[digest[i] >> 4]);
      text.push_back(kDigits[digest[i] & 15]);
    }
    return text;
  }

 private:
  static void check(int outcome) {
    if (outcome != 1) {
      throw std::runtime_error("SHA-256 is not available");
    }
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.add(bytes);
  return sha.hex();
}

std::string sha256_of_file(const OpenFile& file) {
  Sha256 sha;
  off_t offset = 0;
  for (std::string block = file.read_at(offset, kBlockBytes); !block.empty();
       block = file.read_at(offset, kBlockBytes)) {
    sha.add(block);
    offset += static_cast<off_t>(block.size());
  }
  return sha.hex();
}

}  // namespace automl::engine
