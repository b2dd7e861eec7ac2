#include "http/form/form.h"

#include <array>
#include <utility>

#include "base/json_text.h"
#include "http/field/text.h"
#include "http/form/json_object.h"
#include "http/form/submit_options.h"

namespace docket::http {
namespace {

/// The fields in which upload widgets say of how many pieces a file is, when each comes as a request of its own.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> piece_counts{
    {{"dztotalchunkcount", "Dropzone"},
     {"resumableTotalChunks", "Resumable.js"},
     {"flowTotalChunks", "Flow.js"},
     {"qqtotalparts", "Fine Uploader"}}};

/// bad_request for a piece of a file: it would become a document of its own, and a broken one. One that is the whole
/// file is as good as any.
Result<void> refuse_piece(std::string_view name, std::string_view value) {
  for (const auto& [field, widget] : piece_counts) {
    if (name == field && trim(value) != "1") {
      return fail(ErrorCode::bad_request,
                  "This is one of several pieces of a file (" + std::string(field) + " is " + quoted_for_detail(value) +
                      "), which are not put together here. Send each file whole: " + "switch chunking off in " +
                      std::string(widget) + ".");
    }
  }
  return {};
}

}  // namespace

Result<void> FormCollector::begin(std::string_view name, std::string_view content_type) {
  name_ = name;
  value_.clear();
  is_json_ = (name == "text" || name == "json") && content_type == "application/json";
  return count_bytes(name.size());
}

Result<void> FormCollector::append(std::string_view bytes) {
  if (auto counted = count_bytes(bytes.size()); !counted) {
    return counted;
  }
  value_ += bytes;
  return {};
}

Result<void> FormCollector::end() {
  if (is_json_) {
    return each_json_member(value_, [this](std::string_view name, std::string_view json) -> Result<void> {
      if (auto counted = count_field(); !counted) {
        return counted;
      }
      add_json(name, json);
      return {};
    });
  }
  if (auto counted = count_field(); !counted) {
    return counted;
  }
  if (const auto option = option_of(name_); option && limits_.options.has(*option)) {
    return add_option(options_, *option, value_);
  }
  if (auto whole = refuse_piece(name_, value_); !whole) {
    return whole;
  }
  std::string json;
  json.reserve(value_.size() + 2);
  append_json_string(json, value_);
  add_json(name_, json);
  return {};
}

Result<void> FormCollector::add(std::string_view name, std::string_view value, std::string_view content_type) {
  return begin(name, content_type).and_then([&] { return append(value); }).and_then([&] { return end(); });
}

Form FormCollector::take() {
  Form form;
  form.options = std::move(options_);
  if (!fields_.empty()) {
    form.fields += '{';
    for (const auto& field : fields_) {
      form.fields += form.fields.size() > 1 ? "," : "";
      append_json_string(form.fields, field.name);
      form.fields += field.count > 1 ? ":[" : ":";
      form.fields += field.values;
      form.fields += field.count > 1 ? "]" : "";
    }
    form.fields += '}';
  }
  *this = FormCollector(limits_);
  return form;
}

Result<void> FormCollector::count_bytes(std::size_t size) {
  bytes_ += size;
  if (bytes_ > limits_.max_bytes) {
    return fail(ErrorCode::too_many_fields, "The text fields take more than the " + std::to_string(limits_.max_bytes) +
                                                " bytes that docket_max_fields allows.");
  }
  return {};
}

Result<void> FormCollector::count_field() {
  if (++count_ > limits_.max_fields) {
    return fail(ErrorCode::too_many_fields,
                "There are more than " + std::to_string(limits_.max_fields) + " text fields.");
  }
  return {};
}

void FormCollector::add_json(std::string_view name, std::string_view json) {
  const auto [at, is_new] = index_.try_emplace(std::string(name), fields_.size());
  if (is_new) {
    fields_.push_back({std::string(name), std::string(json), 1});
    return;
  }
  auto& field = fields_[at->second];
  field.values += ',';
  field.values += json;
  ++field.count;
}

}  // namespace docket::http
