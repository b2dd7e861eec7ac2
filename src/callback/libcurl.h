// Owners of what libcurl gives out.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <utility>

#include "base/error.h"

namespace docket {

struct FreeMulti {
  void operator()(CURLM* multi) const noexcept { ::curl_multi_cleanup(multi); }
};
using CurlMulti = std::unique_ptr<CURLM, FreeMulti>;

struct FreeEasy {
  void operator()(CURL* easy) const noexcept { ::curl_easy_cleanup(easy); }
};
using CurlEasy = std::unique_ptr<CURL, FreeEasy>;

struct FreeList {
  void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, FreeList>;

/// Adds a copy of `line`. False when memory is short.
bool append(CurlList& list, const std::string& line) noexcept;

/// The use of libcurl by one part of this process, from its making to its end; several may be. Made and destroyed on
/// any one thread, before and after all handles of that part.
class LibcurlUse {
 public:
  /// io if libcurl cannot be used.
  static Result<LibcurlUse> begin();

  LibcurlUse(LibcurlUse&& other) noexcept : is_used_(std::exchange(other.is_used_, false)) {}
  LibcurlUse(const LibcurlUse&) = delete;
  LibcurlUse& operator=(const LibcurlUse&) = delete;
  LibcurlUse& operator=(LibcurlUse&&) = delete;
  ~LibcurlUse();

 private:
  LibcurlUse() noexcept = default;

  bool is_used_ = true;
};

}  // namespace docket
