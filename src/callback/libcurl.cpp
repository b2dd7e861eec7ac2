#include "callback/libcurl.h"

#include <dlfcn.h>

namespace docket {
namespace {

/// Threads of libcurl that wait for a name server may outlive a module that is unloaded (CURLOPT_QUICK_EXIT): libcurl
/// stays where it is, to the end of the process.
void keep_libcurl() noexcept {
  Dl_info found{};
  if (::dladdr(reinterpret_cast<const void*>(&::curl_multi_init), &found) != 0 && found.dli_fname != nullptr) {
    static_cast<void>(::dlopen(found.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE));
  }
}

}  // namespace

bool append(CurlList& list, const std::string& line) noexcept {
  auto* longer = ::curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) {
    return false;
  }
  static_cast<void>(list.release());  // it is the head of the longer one
  list.reset(longer);
  return true;
}

Result<LibcurlUse> LibcurlUse::begin() {
  if (::curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(ErrorCode::io, "libcurl cannot be used");
  }
  keep_libcurl();
  return LibcurlUse();
}

LibcurlUse::~LibcurlUse() {
  if (is_used_) {
    ::curl_global_cleanup();
  }
}

}  // namespace docket
