#include "nginx/worker/client_names.h"

#include <utility>

#include "nginx/conf/conf.h"
#include "nginx/core/exception.h"

namespace docket::ngx {
namespace {

/// With more look-ups under way, jobs are logged without a name: a resolver that does not answer must not cost memory.
constexpr std::size_t max_lookups = 1000;
constexpr std::size_t max_known = 1000;

/// For so long a client without a name is not looked up again.
constexpr std::time_t nameless_seconds = 60;

}  // namespace

ClientNames::~ClientNames() {
  for (auto& lookup : lookups_) {
    ngx_resolve_addr_done(lookup.context);
  }
}

std::function<void(const AcceptJob&)> ClientNames::begin(ngx_http_request_t* r, JobRecord& record) {
  const auto* core = static_cast<ngx_http_core_loc_conf_t*>(ngx_http_get_module_loc_conf(r, ngx_http_core_module));
  const ngx_connection_t* connection = r->connection;
  const int family = connection->sockaddr->sa_family;
  // Without the directive "resolver" nginx has one all the same, without servers.
  if (record.origin.log.empty() || core->resolver == nullptr || core->resolver->connections.nelts == 0 ||
      (family != AF_INET && family != AF_INET6) || connection->socklen > sizeof(ngx_sockaddr_t)) {
    return {};
  }
  if (const auto known = known_.find(record.origin.client);
      known != known_.end() && known->second.until >= ngx_time()) {
    record.origin.client_name = known->second.name;
    return {};
  }
  if (lookups_.size() >= max_lookups) {
    return {};
  }
  Lookup lookup{.names = this, .job = record.id, .client = record.origin.client};
  ngx_memcpy(&lookup.address, connection->sockaddr, connection->socklen);
  lookup.address_size = connection->socklen;
  parts_.log.hold(record.id);
  return [this, lookup = std::move(lookup), resolver = core->resolver,
          timeout = core->resolver_timeout](const AcceptJob& accept) {
    if (accept.result && !accept.known) {
      look_up(lookup, resolver, timeout);
    } else {
      parts_.log.release(lookup.job, {});
    }
  };
}

void ClientNames::look_up(Lookup lookup, ngx_resolver_t* resolver, ngx_msec_t timeout) {
  auto& kept = lookups_.emplace_back(std::move(lookup));
  kept.self = std::prev(lookups_.end());
  ngx_resolver_ctx_t* context = ngx_resolve_start(resolver, nullptr);
  if (context == nullptr || context == NGX_NO_RESOLVER) {
    end(kept, {});
    return;
  }
  kept.context = context;
  context->addr.sockaddr = &kept.address.sockaddr;
  context->addr.socklen = kept.address_size;
  context->handler = on_found;
  context->data = &kept;
  context->timeout = timeout;
  context->cancelable = 1;  // a worker that is to quit does not wait for it
  // It may call on_found() at once, and then `kept` is gone. Where it fails it does not, and frees the context.
  if (ngx_resolve_addr(context) != NGX_OK) {
    kept.context = nullptr;
    end(kept, {});
  }
}

void ClientNames::on_found(ngx_resolver_ctx_t* context) noexcept {
  auto* lookup = static_cast<Lookup*>(context->data);
  try {
    Known found{.name = {}, .until = ngx_time() + nameless_seconds};
    if (context->state == NGX_OK) {
      found = {.name = std::string(view(context->name)), .until = context->valid};
    }
    ngx_resolve_addr_done(std::exchange(lookup->context, nullptr));
    lookup->names->end(*lookup, found);
  } catch (...) {
    log_exception(ngx_cycle->log, "the look-up of a client's name");
  }
}

/// Has the job's line written; `lookup` is destroyed.
void ClientNames::end(Lookup& lookup, const Known& found) {
  const JobId job = lookup.job;
  remember(lookup.client, found);
  lookups_.erase(lookup.self);
  if (!found.name.empty()) {
    auto work = [job, name = found.name, &committer = parts_.committer, &log = parts_.log] {
      NameClient naming{.job = job, .name = name};
      const Command change = &naming;
      committer.commit({&change, 1});  // where that fails, this line has the name all the same
      log.release(job, name);
    };
    if (parts_.tasks.post(parts_.io, std::move(work), [] {})) {
      return;
    }
  }
  parts_.log.release(job, found.name);
}

void ClientNames::remember(const std::string& client, const Known& found) {
  if (known_.size() >= max_known) {
    known_.clear();  // nginx's resolver still knows them
  }
  known_[client] = found;
}

}  // namespace docket::ngx
