// The header fields that clients write: whatever they write is read or refused, and what we write we can read.
//
// Input: a line that names what the rest is: accept, disposition, filename, head, none-match, origin, part, path,
// progress, token, tokens, trace or type. origin takes Origin from the next line and Host from what follows it, token
// Authorization and X-Api-Key, trace traceparent and tracestate.
#include <algorithm>
#include <array>
#include <string>

#include "base/utf8.h"
#include "fuzz.h"
#include "http/field/accept.h"
#include "http/field/conditional.h"
#include "http/field/content_disposition.h"
#include "http/field/content_type.h"
#include "http/field/cors.h"
#include "http/field/route.h"
#include "http/field/text.h"
#include "http/field/tokens.h"
#include "http/field/trace_context.h"
#include "http/form/part_head.h"
#include "http/upstream/progress_body.h"
#include "http/upstream/response_head.h"

namespace {

using namespace docket::http;
using docket::ErrorCode;
using docket::fuzz::expect;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void try_accept(std::string_view field) {
  expect(accept_quality(field, "text/plain") <= 1000, "a quality is at most 1000");
  for (const auto& entry : docket::all_formats) {
    const auto asked = choose_representation(field, entry.format, true);
    const auto otherwise = choose_representation(field, entry.format, false);
    if (entry.shape == docket::Shape::text) {
      expect(asked == docket::Representation::raw, "?raw=1 is raw");
    } else {
      expect(asked == otherwise, "what is there in one form is answered in it");
    }
  }
}

/// What another server answers goes to clients in fields that are sound.
void try_head(std::string_view text) {
  const auto head = parse_response_head(text);
  if (!head) {
    return;
  }
  expect(head->status >= 200 && head->status <= 599, "a final status");
  for (const auto& field : head->fields) {
    expect(!field.name.empty() && std::all_of(field.name.begin(), field.name.end(), is_token_char),
           "a name is a token");
    expect(std::none_of(field.value.begin(), field.value.end(),
                        [](char c) { return c == '\r' || c == '\n' || c == '\0'; }),
           "a value ends no line");
  }
}

void try_progress(std::string_view body) {
  const auto steps = parse_progress(body);
  expect(steps ? docket::is_valid_utf8(steps->message) : steps.error().code == ErrorCode::bad_request,
         "a message that can be shown, or an error");
}

void try_disposition(std::string_view field) {
  const auto read = parse_content_disposition(field);
  expect(!read || (!read->type.empty() && lower(read->type) == read->type), "a type in lower case");
}

/// A client's name goes out in a field that is sound, means one thing, and stays as it is from then on.
void try_filename(std::string_view name) {
  std::string field;
  append_content_disposition(field, DispositionType::attachment, name);
  expect(std::none_of(field.begin(), field.end(), [](char c) { return c < 0x20 || c == 0x7F; }), "plain ASCII");
  const auto read = parse_content_disposition(field);
  expect(read && read->type == "attachment" && read->filename.has_value() == !name.empty(), "we read what we write");
  if (read->filename) {
    expect(docket::is_valid_utf8(*read->filename) && read->filename->size() <= 255 && !has_control(*read->filename) &&
               read->filename->find_first_of("/\\") == std::string::npos,
           "a name that can be shown and saved");
    std::string again;
    append_content_disposition(again, DispositionType::attachment, *read->filename);
    expect(again == field, "a safe name stays as it is");
  }
  const auto download = download_name(name, "md");
  expect(download.ends_with(".md") && download.size() > 3 && download.find_first_of("/\\") == std::string::npos,
         "a download has a name");
}

void try_none_match(std::string_view field) {
  const auto tag = parse_entity_tag(field);
  if (tag) {
    const auto same = "W/\"" + std::string(tag->opaque) + '"';
    expect(matches_none_match(field, same) && matches_none_match(same, field), "a tag matches itself");
  }
  expect(!matches_none_match("", field), "no field matches nothing");
}

/// Nobody but our own pages and those listed may change anything.
void try_origin(std::string_view rest) {
  const auto origin = docket::fuzz::take_line(rest);
  const CorsPolicy policy{.any = false, .origins = {"https://app.example"}};
  const OriginFacts facts{.origin = origin, .host = rest};
  const auto allowed = check_origin(facts, &policy);
  const bool is_own = allowed && check_origin(facts, nullptr);
  const auto scheme_end = origin.find("://");
  if (is_own && !origin.empty()) {
    const auto host = rest.substr(0, rest.find_last_of(':'));
    expect(scheme_end != std::string_view::npos && !rest.empty() &&
               lower(origin.substr(scheme_end + 3)).starts_with(lower(host)),
           "our own pages have our host");
  } else {
    expect(!allowed || origin.empty() || origin == policy.origins.front(), "others are listed");
  }
  expect(cors_answer(origin, policy).has_value() == (origin == policy.origins.front()), "only listed pages may read");
  static_cast<void>(is_origin(origin));
}

void try_part(std::string_view block) {
  constexpr std::size_t max_headers = 4;
  const auto head = parse_part_headers(block, max_headers);
  if (head) {
    expect(lower(head->head.content_type) == head->head.content_type, "a type in lower case");
  } else {
    expect(!head.error().empty(), "a reason");
  }
}

void try_path(std::string_view path) {
  const auto route = parse_route(path);
  expect(route.what == Route::What::not_found || path.starts_with(route.id.text()),
         "an id is the path's first segment");
}

void try_token(std::string_view rest) {
  const auto authorization = docket::fuzz::take_line(rest);
  const auto token = shown_token(authorization, rest);
  if (!token) {
    expect(token.error().code == ErrorCode::unauthorized, "errors are unauthorized");
  } else if (*token) {
    expect(!(*token)->empty() && (*token)->size() <= max_token, "a token is neither empty nor oversized");
  }
}

void try_tokens(std::string_view text) {
  const auto list = TokenList::parse(text);
  if (!list) {
    expect(list.error().code == ErrorCode::bad_option && list.error().detail.starts_with("line "), "it names the line");
  } else {
    expect(list->size() <= static_cast<std::size_t>(std::count(text.begin(), text.end(), ':')), "a token is a line");
  }
}

void try_trace(std::string_view rest) {
  const std::array parents{docket::fuzz::take_line(rest)};
  const std::array states{rest};
  const auto trace = parse_trace(parents, states);
  expect(trace.parent.empty() ? trace.state.empty() : trace_id(trace.parent).size() == 32, "a state needs a parent");
  expect(trace.state.size() <= 512 && !has_control(trace.state), "a state that can be sent on");
  const std::array same_parent{std::string_view(trace.parent)};
  const std::array same_state{std::string_view(trace.state)};
  expect(parse_trace(same_parent, same_state) == trace, "we read what we write");
}

void try_type(std::string_view field) {
  const auto type = parse_content_type(field);
  expect(!type || (type->type.find('/') != std::string::npos && lower(type->type) == type->type), "type/subtype");
  const auto boundary = multipart_boundary(field);
  if (boundary) {
    expect(is_multipart_form(field), "only a form has a boundary");
    expect(!boundary->empty() && boundary->size() <= max_boundary && !has_control(*boundary) && boundary->back() != ' ',
           "a boundary that the parser can take");
  } else {
    expect(boundary.error().code == ErrorCode::bad_multipart, "errors are bad_multipart");
  }
}

struct Try {
  std::string_view name;
  void (*run)(std::string_view text);
};
constexpr std::array<Try, 13> tries{{{"accept", try_accept},
                                     {"disposition", try_disposition},
                                     {"filename", try_filename},
                                     {"head", try_head},
                                     {"none-match", try_none_match},
                                     {"origin", try_origin},
                                     {"part", try_part},
                                     {"path", try_path},
                                     {"progress", try_progress},
                                     {"token", try_token},
                                     {"tokens", try_tokens},
                                     {"trace", try_trace},
                                     {"type", try_type}}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = docket::fuzz::input(data, size);
  const auto name = docket::fuzz::take_line(rest);
  const auto* const found =
      std::find_if(tries.begin(), tries.end(), [name](const Try& one) { return one.name == name; });
  if (found == tries.end()) {
    return -1;
  }
  found->run(rest);
  return 0;
}
