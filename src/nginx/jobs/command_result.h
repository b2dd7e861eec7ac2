// What a command made, and what it said: {id}/result, {id}/files and {id}/log behind a docket_result prefix.
#pragma once

#include "http/field/route.h"
#include "nginx/access/access.h"
#include "nginx/core/ngx.h"
#include "nginx/worker/worker.h"

namespace docket::ngx {

/// A file by its name, or the result. Of a command that is run for each file on its own the name begins with the file's
/// number and a slash.
ngx_int_t send_command_output(ngx_http_request_t* r, Worker& worker, const Caller& caller, const http::Route& route);

/// The list of the files.
ngx_int_t send_command_outputs(ngx_http_request_t* r, Worker& worker, const Caller& caller, const http::Route& route);

/// The log as far as it is there, in whatever state the job is; the last N lines of it for `?tail=N`, and that of file
/// N's command for `?file=N`.
ngx_int_t send_command_log(ngx_http_request_t* r, Worker& worker, const Caller& caller, const http::Route& route);

}  // namespace docket::ngx
