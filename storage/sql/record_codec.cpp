// SPDX-License-Identifier: Apache-2.0
#include "storage/sql/record_codec.hpp"

#include <thrift/TApplicationException.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "storage/errors.hpp"

namespace automl::storage {

using apache::thrift::protocol::TCompactProtocolT;
using apache::thrift::transport::TMemoryBuffer;

namespace {

// One a thread, since making them takes as long as writing a small record.
struct Codec {
  std::shared_ptr<TMemoryBuffer> buffer = std::make_shared<TMemoryBuffer>();
  TCompactProtocolT<TMemoryBuffer> protocol{buffer};
};

}  // namespace

std::string encode_record(const apache::thrift::TBase& record) {
  thread_local Codec codec;
  codec.buffer->resetBuffer();
  record.write(&codec.protocol);
  return codec.buffer->getBufferAsString();
}

void decode_record(const std::string& bytes, apache::thrift::TBase& record) {
  auto* data = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
  auto buffer = std::make_shared<TMemoryBuffer>(data, static_cast<std::uint32_t>(bytes.size()));
  TCompactProtocolT<TMemoryBuffer> protocol(buffer);
  try {
    record.read(&protocol);
  } catch (const apache::thrift::TException& error) {
    throw Corruption(std::string("a stored record cannot be read: ") + error.what());
  }
}

}  // namespace automl::storage
