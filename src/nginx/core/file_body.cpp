#include "nginx/core/file_body.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>

namespace docket::ngx {
namespace {

/// Memory of whole pages, which is given back with the pool.
class Mapping {
 public:
  explicit Mapping(std::size_t size) noexcept
      : data_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)),
        size_(size) {}
  ~Mapping() {
    if (good()) {
      ::munmap(data_, size_);
    }
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  [[nodiscard]] bool good() const noexcept { return data_ != MAP_FAILED; }
  [[nodiscard]] u_char* at(std::size_t offset) const noexcept { return static_cast<u_char*>(data_) + offset; }

  /// Lays a part of a file over `size` bytes; all numbers are whole pages. What is written there stays in memory.
  bool lay_over(std::size_t at_offset, std::size_t size, int fd, off_t file_offset) const noexcept {
    return ::mmap(at(at_offset), size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, file_offset) != MAP_FAILED;
  }

 private:
  void* data_;
  std::size_t size_;
};

std::size_t whole_pages(std::size_t size) noexcept {
  return (size + ngx_pagesize - 1) / ngx_pagesize * ngx_pagesize;
}

ngx_buf_t* file_buffer(ngx_pool_t* pool, const FileBody& body) noexcept {
  auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(pool));
  if (buffer != nullptr) {
    buffer->file = body.file;
    buffer->file_pos = body.offset;
    buffer->file_last = body.offset + body.length;
    buffer->in_file = 1;
  }
  return buffer;
}

/// A link with `buffer`, which is null when memory was short, behind which `next` follows.
ngx_chain_t* chain_link(ngx_pool_t* pool, ngx_buf_t* buffer, ngx_chain_t* next = nullptr) noexcept {
  ngx_chain_t* made = buffer == nullptr ? nullptr : ngx_alloc_chain_link(pool);
  if (made != nullptr) {
    made->buf = buffer;
    made->next = next;
  }
  return made;
}

}  // namespace

ngx_buf_t* memory_buffer(ngx_pool_t* pool, std::string_view bytes) noexcept {
  auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(pool));
  const ngx_str_t copied = copy(pool, bytes);
  if (buffer == nullptr || copied.data == nullptr) {
    return nullptr;
  }
  buffer->pos = buffer->start = copied.data;
  buffer->last = buffer->end = copied.data + copied.len;
  buffer->memory = 1;
  return buffer;
}

ngx_chain_t* in_buffers(ngx_pool_t* pool, const FileBody& body) noexcept {
  ngx_chain_t* chain = nullptr;
  if (!body.suffix.empty() && (chain = chain_link(pool, memory_buffer(pool, body.suffix))) == nullptr) {
    return nullptr;
  }
  if (body.length != 0 && (chain = chain_link(pool, file_buffer(pool, body), chain)) == nullptr) {
    return nullptr;
  }
  return body.prefix.empty() ? chain : chain_link(pool, memory_buffer(pool, body.prefix), chain);
}

ngx_chain_t* in_one_buffer(ngx_pool_t* pool, const FileBody& body) noexcept {
  if (body.prefix.empty() && body.suffix.empty()) {
    return chain_link(pool, file_buffer(pool, body));
  }
  // The file's pages with pages of ours around them: in these, and in what the first and the last one of the file have
  // besides the part, the texts have room.
  const auto before = static_cast<std::size_t>(body.offset) % ngx_pagesize;  // of the part, in its first page
  const auto length = static_cast<std::size_t>(body.length);
  const auto file_begin = whole_pages(body.prefix.size());
  const auto file_size = whole_pages(before + length);
  const auto* mapping = make_in_pool<Mapping>(pool, file_begin + file_size + whole_pages(body.suffix.size()));
  if (mapping == nullptr || !mapping->good() ||
      (length != 0 &&
       !mapping->lay_over(file_begin, file_size, body.file->fd, body.offset - static_cast<off_t>(before)))) {
    return nullptr;
  }
  u_char* part = mapping->at(file_begin + before);
  std::copy(body.prefix.begin(), body.prefix.end(), part - body.prefix.size());
  std::copy(body.suffix.begin(), body.suffix.end(), part + length);
  auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(pool));
  if (buffer == nullptr) {
    return nullptr;
  }
  buffer->pos = buffer->start = part - body.prefix.size();
  buffer->last = buffer->end = part + length + body.suffix.size();
  buffer->mmap = 1;
  return chain_link(pool, buffer);
}

}  // namespace docket::ngx
