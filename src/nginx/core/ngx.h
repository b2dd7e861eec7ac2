// The one door to nginx's headers, and the few words that make them pleasant in C++.
#pragma once

extern "C" {
#include <ngx_channel.h>
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>
#include <ngx_thread_pool.h>
}

#include <new>
#include <string>
#include <string_view>
#include <utility>

extern "C" {
extern ngx_module_t ngx_docket_core_module;
extern ngx_module_t ngx_http_docket_module;
}

namespace docket::ngx {

/// nginx's string as a view; lives as long as the pool that has it.
inline std::string_view view(const ngx_str_t& text) noexcept {
  return {reinterpret_cast<const char*>(text.data), text.len};
}

/// A view of memory that outlives its user as nginx's string: nothing is copied.
inline ngx_str_t str(std::string_view text) noexcept {
  return {text.size(), reinterpret_cast<u_char*>(const_cast<char*>(text.data()))};
}

/// A copy of `text` in the pool with a zero behind it; data is null when memory is short.
inline ngx_str_t copy(ngx_pool_t* pool, std::string_view text) noexcept {
  auto* data = static_cast<u_char*>(ngx_pnalloc(pool, text.size() + 1));
  if (data == nullptr) {
    return {0, nullptr};
  }
  if (!text.empty()) {  // an empty view may point nowhere
    ngx_memcpy(data, text.data(), text.size());
  }
  data[text.size()] = '\0';
  return {text.size(), data};
}

/// Writes the exception that is being handled to the log, with what it has ended. Only within a catch block; from
/// threads, too. In nginx/core/exception.cpp.
void log_exception(ngx_log_t* log, const char* what) noexcept;

/// A C++ object in pool memory, destroyed with the pool. The cleanup is registered before the object is made, so that
/// no failure leaves an object without an owner. Null when memory is short or the constructor threw.
template <class T, class... Arguments>
T* make_in_pool(ngx_pool_t* pool, Arguments&&... arguments) noexcept {
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, sizeof(T));
  if (cleanup == nullptr) {
    return nullptr;
  }
  try {
    T* object = ::new (cleanup->data) T(std::forward<Arguments>(arguments)...);
    cleanup->handler = [](void* data) { static_cast<T*>(data)->~T(); };
    return object;
  } catch (...) {
    log_exception(pool->log, "the making of an object");
    return nullptr;  // cleanup->handler is still null: nginx skips it
  }
}

}  // namespace docket::ngx
