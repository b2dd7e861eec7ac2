// What is done to every answer of our locations: pages of other origins may read it, and nginx's own errors get bodies
// like ours.
#pragma once

#include "nginx/core/ngx.h"

namespace docket::ngx {

/// Puts the filters into nginx's chains; called once, at the end of the configuration.
void install_output_filter() noexcept;

}  // namespace docket::ngx
