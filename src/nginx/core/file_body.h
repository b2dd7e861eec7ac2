// A body out of a file and memory, as buffers.
#pragma once

#include <string_view>

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// A part of an open file between two texts. Refers to all three.
struct FileBody {
  ngx_file_t* file = nullptr;
  off_t offset = 0;
  off_t length = 0;
  std::string_view prefix{};
  std::string_view suffix{};
};

/// A copy of `bytes` in the pool. Null when memory is short.
ngx_buf_t* memory_buffer(ngx_pool_t* pool, std::string_view bytes) noexcept;

/// The body in as many buffers as it has parts, at least one of which must not be empty; the texts are copied. Null
/// when memory is short.
ngx_chain_t* in_buffers(ngx_pool_t* pool, const FileBody& body) noexcept;

/// The body in one buffer: without texts the part of the file, else memory, to which the file is mapped, not copied.
/// Null if that cannot be.
ngx_chain_t* in_one_buffer(ngx_pool_t* pool, const FileBody& body) noexcept;

}  // namespace docket::ngx
