// docket_page: the web page, its assets and ui.json, all at one path and told apart by the query, so that one exact
// location is enough: "/" is the document, "/?HASH/app.js" an asset, "/?ui.json" what the page is told about its
// server.

#include <algorithm>
#include <string>

#include "base/hex.h"
#include "base/sha256.h"
#include "http/body/problem.h"
#include "http/field/accept.h"
#include "nginx/conf/conf.h"
#include "nginx/conf/page_conf.h"
#include "nginx/core/exception.h"
#include "nginx/core/handlers.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"
#include "nginx/page/assets.h"

namespace docket::ngx {
namespace {

constexpr std::string_view document_name = "index.html";
constexpr std::string_view facts_name = "ui.json";
constexpr std::size_t tag_bytes = 16;

/// frame-src: what is shown of a job's results stands in frames without scripts, made from bytes that were fetched with
/// the token. Of other hosts nothing is loaded, whatever stands in a result.
constexpr std::string_view security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "frame-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'";

const Asset* find_asset(std::string_view name) noexcept {
  const auto found = std::ranges::find(page_assets, name, &Asset::name);
  return found != page_assets.end() ? &*found : nullptr;
}

/// Whether a query begins as the address of an asset does: that of this module or of another version.
bool names_asset(std::string_view query) noexcept {
  const auto hash = query.substr(0, query.find('/'));
  return hash.size() == page_assets_hash.size() && hash.size() < query.size() &&
         hash.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

ngx_int_t send_nothing_here(ngx_http_request_t* r) {
  std::string body;
  http::append_problem(body, NGX_HTTP_NOT_FOUND, "not_found", http::detail_of_status(NGX_HTTP_NOT_FOUND));
  return send_problem_body(r, NGX_HTTP_NOT_FOUND, body);
}

ngx_int_t send_asset(ngx_http_request_t* r, const Asset& asset) {
  const bool zipped = http::accepts_gzip(find_list(r, "accept-encoding").value_or(std::string()));
  const bool is_document = asset.name == document_name;
  // One tag for each form, as RFC 9110, 8.8.3.3 has it.
  const auto tag = '"' + std::string(page_assets_hash) + (zipped ? "-gzip\"" : "\"");
  if (!set_etag(r, tag) ||
      (is_document && (add_static_header(r, "Content-Security-Policy", security_policy) == nullptr ||
                       add_static_header(r, "Referrer-Policy", "no-referrer") == nullptr))) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_memory(r, {.content_type = asset.content_type,
                         .content_encoding = zipped ? std::string_view("gzip") : std::string_view(),
                         .cache = is_document ? "no-cache" : "public, max-age=31536000, immutable",
                         .vary = "Accept-Encoding",
                         .body = zipped ? asset.gzipped : asset.plain});
}

ngx_int_t send_facts(ngx_http_request_t* r, const PageConf& page) {
  std::string body;
  append_facts(body, page, r->connection->log);
  const auto digest = sha256(body);
  std::string tag = "\"";
  append_hex(tag, std::string_view(reinterpret_cast<const char*>(digest.data()), tag_bytes));
  tag += '"';
  return set_etag(r, tag) ? send_body(r, NGX_HTTP_OK, "application/json", body) : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace

/// Says nothing of jobs, and so asks nobody who they are: the page is what asks people for their token.
ngx_int_t handle_page(ngx_http_request_t* r) noexcept try {
  if (const auto answered = answer_other_methods(r, NGX_HTTP_GET | NGX_HTTP_HEAD, "GET, HEAD, OPTIONS")) {
    return *answered;
  }
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) {
    return rc;
  }
  const PageConf& page = *location_conf(r)->page;
  if (view(r->uri) != view(page.path)) {
    return send_nothing_here(r);
  }
  const auto query = view(r->args);
  if (query == facts_name) {
    return send_facts(r, page);
  }
  if (!names_asset(query)) {
    return send_asset(r, *find_asset(document_name));
  }
  // Of another version there is nothing: its page has to be loaded again.
  const auto* asset =
      query.starts_with(page_assets_hash) ? find_asset(query.substr(page_assets_hash.size() + 1)) : nullptr;
  return asset != nullptr && asset->name != document_name ? send_asset(r, *asset) : send_nothing_here(r);
} catch (...) {
  return internal_error(r, "docket_page");
}

}  // namespace docket::ngx
