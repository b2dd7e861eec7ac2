// The files that a job was made of, as its client sent them.
#pragma once

#include <string_view>

#include "http/field/route.h"
#include "nginx/access/access.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// The Content-Security-Policy of an answer with what a client could have written.
constexpr std::string_view untrusted_content = "sandbox; default-src 'none'";

/// Answers with the file of a job that `route` names, or with why it cannot be had. Returns what the handler returns.
ngx_int_t send_input(ngx_http_request_t* r, Worker& worker, const Caller& caller, const http::Route& route);

}  // namespace docket::ngx
