#include "nginx/settings/settings_put.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "http/field/conditional.h"
#include "http/field/query.h"
#include "http/field/text.h"
#include "nginx/conf/conf.h"
#include "nginx/core/context.h"
#include "nginx/core/exception.h"
#include "nginx/core/request.h"
#include "nginx/core/response.h"
#include "nginx/held/held_request.h"
#include "nginx/jobs/status.h"
#include "nginx/settings/settings_body.h"
#include "nginx/settings/settings_file.h"
#include "nginx/upload/body_reader.h"
#include "nginx/worker/worker.h"
#include "settings/yaml_reader.h"

namespace docket::ngx {
namespace {

/// What a thread works on, and what comes of it. Shared by the thread and the loop, one after the other.
struct Change {
  std::string text;
  std::string by;
  http::Preconditions wanted;
  bool only_checks = false;
  Result<void> result = fail(ErrorCode::store_unavailable, "The docket_io threads take no more tasks.");
  settings::Mistakes mistakes;                                   ///< of the text
  std::shared_ptr<const settings::Settings> settings = nullptr;  ///< what the text says, where it is right
  bool is_new = false;                                           ///< there was no file
};

/// The JSON form has tags of its own: the text's with a hyphen and more behind. They mean that text here.
std::string as_text_tags(std::string field, const std::string& sum) {
  for (auto at = field.find(sum + "-"); at != std::string::npos; at = field.find(sum + "-", at)) {
    at += sum.size();
    const auto end = field.find('"', at);
    field.erase(at, end == std::string::npos ? end : end - at);
  }
  return field;
}

/// A file that is not there is an empty one, but for If-None-Match.
Result<void> check_wanted(http::Preconditions wanted, const std::optional<std::string>& current) {
  const auto sum = settings::text_sum(current.value_or(std::string()));
  if (wanted.if_match) {
    wanted.if_match = as_text_tags(std::move(*wanted.if_match), sum);
  }
  if (!current) {
    wanted.if_none_match.reset();
  }
  return http::check_preconditions(wanted, "\"" + sum + "\"");
}

/// On a thread of docket_io.
void carry_out(Change& change, const SettingsFile& file) {
  const auto check = [&change](const std::optional<std::string>& current) {
    change.is_new = !current;
    return check_wanted(change.wanted, current);
  };
  // Before the lock, so that a race that is lost costs nothing.
  change.result = file.file().read().and_then(check);
  if (!change.result) {
    return;
  }
  auto checked = file.check(change.text);
  if (!checked) {
    change.mistakes = std::move(checked.error());
    return;
  }
  change.settings = std::make_shared<const settings::Settings>(std::move(*checked));
  if (!change.only_checks) {
    change.result = file.file().replace(change.text, change.by, unix_ms(), check);
  }
}

ngx_int_t answer(ngx_http_request_t* r, const Change& change) {
  if (!change.result) {
    return send_problem(r, change.result.error());
  }
  std::string body;
  if (!change.mistakes.empty()) {
    append_mistakes(body, change.mistakes);
    return send_problem_body(r, NGX_HTTP_BAD_REQUEST, body);
  }
  const auto* conf = location_conf(r);
  append_settings(body, *conf, *conf->settings_file, change.settings, change.text, {});
  if (!change.only_checks && !set_etag(r, etag_of(change.text))) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return send_body(r, change.only_checks || !change.is_new ? NGX_HTTP_OK : NGX_HTTP_CREATED, json_type, body);
}

/// Lives in the request's pool; event loop only.
class SettingsPut final : public BodyHandler {
 public:
  SettingsPut(ngx_http_request_t* r, Worker& worker, Change change)
      : r_(r), worker_(worker), change_(std::make_shared<Change>(std::move(change))), reader_(r, *this) {}

  [[nodiscard]] BodyReader& reader() noexcept { return reader_; }

  Result<void> body_data(std::string_view bytes) override {
    // One byte too many is enough to be told so.
    change_->text += bytes.substr(0, settings::max_text + 1 - std::min(change_->text.size(), settings::max_text + 1));
    return {};
  }

  void body_failed(const Error& error) override { end_request(r_, send_problem(r_, error)); }
  void body_failed(ngx_int_t status) override { end_request(r_, status); }

  void body_end() override {
    const auto held = HeldRequest::watch(r_);
    if (!held) {
      return body_failed(NGX_HTTP_INTERNAL_SERVER_ERROR);
    }
    auto* file = location_conf(r_)->settings_file;
    const auto end = [change = change_, held, file] {
      if (change->result && change->mistakes.empty() && !change->only_checks) {
        file->read_again(ngx_cycle->log);
      }
      held->finish([&](ngx_http_request_t* request) { return answer(request, *change); });
    };
    if (!worker_.post_io([change = change_, file] { carry_out(*change, *file); }, end)) {
      end();
    }
  }

 private:
  ngx_http_request_t* r_;
  Worker& worker_;
  std::shared_ptr<Change> change_;
  BodyReader reader_;
};

Result<void> check_caller(ngx_http_request_t* r, const Caller& caller) {
  if (caller.admin || location_conf(r)->anyone == 1) {
    return {};
  }
  return fail(ErrorCode::forbidden,
              caller.is_known
                  ? "Settings are changed by tokens of the scope admin (docket_tokens), or where the location "
                    "says \"docket_settings anyone\"."
                  : "Clients are not distinguished here (docket_tokens), so none may change settings; "
                    "\"docket_settings anyone\" would let everybody.");
}

/// The request's conditions; precondition_required where none would keep it from undoing another's change.
Result<http::Preconditions> read_conditions(ngx_http_request_t* r, bool only_checks) {
  auto wanted = preconditions_of(r);
  const bool makes_file = wanted.if_none_match && http::trim(*wanted.if_none_match) == "*";
  if (!wanted.if_match && !makes_file && !only_checks) {
    return fail(ErrorCode::precondition_required,
                "Settings are replaced with If-Match and the ETag that GET gave, so that nobody's change is undone "
                "unseen; or with If-None-Match: * where there is no file yet.");
  }
  return wanted;
}

}  // namespace

ngx_int_t put_settings(ngx_http_request_t* r, const Caller& caller) {
  const auto refuse = [r](const Error& error) {
    const ngx_int_t rc = ngx_http_discard_request_body(r);
    return rc == NGX_OK ? send_problem(r, error) : rc;
  };
  if (const auto may = check_caller(r, caller); !may) {
    return refuse(may.error());
  }
  const auto only_checks = http::Query(view(r->args)).find_flag("dry_run");
  if (!only_checks) {
    return refuse(only_checks.error());
  }
  auto wanted = read_conditions(r, *only_checks);
  if (!wanted) {
    return refuse(wanted.error());
  }
  Worker* worker = Worker::current();
  if (worker == nullptr) {
    return refuse(store_unavailable());
  }
  auto* put = make_in_pool<SettingsPut>(
      r->pool, r, *worker,
      Change{
          .text = {}, .by = caller.owner, .wanted = std::move(*wanted), .only_checks = *only_checks, .mistakes = {}});
  Context* context = context_of(r);
  if (put == nullptr || context == nullptr) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (auto has_body = put->reader().prepare(); !has_body) {
    return refuse(has_body.error());
  }
  context->body = &put->reader();
  return put->reader().start();
}

}  // namespace docket::ngx
