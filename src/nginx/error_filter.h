// nginx's own errors in our locations, in our words.
#pragma once

#include "nginx/ngx.h"

namespace docket::ngx {

/// Puts the filters into nginx's chains; called once, at the end of the configuration.
void install_error_filter() noexcept;

}  // namespace docket::ngx
