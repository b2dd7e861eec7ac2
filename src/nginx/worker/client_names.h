// The host names of clients, for docket_log: looked up by nginx's resolver once the client has its answer.
#pragma once

#include <ctime>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

#include "http/body/job_log.h"
#include "nginx/core/ngx.h"
#include "nginx/core/thread_tasks.h"
#include "store/committer.h"

namespace docket::ngx {

/// Owned by the Runtime; event loop only. A name that is known goes with the job as it is accepted. Else the
/// line of the acceptance waits for it, while the job goes on; later lines have the name from when it was found.
class ClientNames {
 public:
  struct Parts {
    ThreadTasks& tasks;
    ngx_thread_pool_t* io;
    Committer& committer;
    http::JobLog& log;
  };
  explicit ClientNames(const Parts& parts) noexcept : parts_(parts) {}
  ~ClientNames();  ///< while nginx still has its resolvers
  ClientNames(const ClientNames&) = delete;
  ClientNames& operator=(const ClientNames&) = delete;

  /// For a job that is going to be accepted from `r`: sets its client's name if it is known. Returns what is to be
  /// called when the job was accepted, or not, and `r` answered; empty: nothing.
  std::function<void(const AcceptJob&)> begin(ngx_http_request_t* r, JobRecord& record);

 private:
  struct Lookup {
    ClientNames* names = nullptr;
    JobId job;
    std::string client{};
    ngx_sockaddr_t address{};
    socklen_t address_size = 0;
    ngx_resolver_ctx_t* context = nullptr;
    std::list<Lookup>::iterator self{};
  };
  struct Known {
    std::string name;  ///< empty: the client has no name
    std::time_t until = 0;
  };

  void look_up(Lookup lookup, ngx_resolver_t* resolver, ngx_msec_t timeout);
  void end(Lookup& lookup, const Known& found);
  void remember(const std::string& client, const Known& found);
  static void on_found(ngx_resolver_ctx_t* context) noexcept;

  Parts parts_;
  std::list<Lookup> lookups_;
  std::unordered_map<std::string, Known> known_;
};

}  // namespace docket::ngx
