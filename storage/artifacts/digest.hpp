// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace automl::storage {

// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  // Ends it; 64 lower-case hexadecimal digits.
  std::string hexadecimal();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// 64 lower-case hexadecimal digits.
bool is_digest(std::string_view text);

// SHA-256 in that form. The stream is read to its end; check its state for read errors.
std::string digest_of(std::string_view bytes);
std::string digest_of(std::istream& bytes);

}  // namespace automl::storage
