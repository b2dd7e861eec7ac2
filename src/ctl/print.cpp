#include "ctl/print.h"

#include <algorithm>
#include <array>

#include "base/hex.h"
#include "base/utf8.h"
#include "http/body/status_body.h"

namespace docket::ctl {
namespace {

std::string time_text(std::int64_t unix_ms) {
  std::string text;
  if (unix_ms == 0) {
    return "-";
  }
  http::append_time(text, unix_ms);
  return text;
}

std::string pages_text(std::uint32_t processed, std::uint32_t failed, std::uint32_t total) {
  auto text = std::to_string(processed) + "/" + (total == 0 ? "?" : std::to_string(total));
  return failed == 0 ? text : text + " (" + std::to_string(failed) + " failed)";
}

std::string error_text(ErrorCode code, std::string_view detail) {
  return detail.empty() ? std::string(to_string(code)) : std::string(to_string(code)) + ": " + printable(detail);
}

/// How many columns of a terminal `text` takes, near enough: one for each code point.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void append_file(std::string& out, const FileView& file) {
  out += "  " + printable(file.filename) + "\n";
  out += "    " + std::string(info(file.type).mime) + ", " + std::to_string(file.size) + " bytes, sha256 ";
  append_hex(out, file.sha256);
  out += "\n    " + std::string(to_string(file.state)) + ", pages " +
         pages_text(file.processed_pages, file.failed_pages, file.total_pages) + "\n";
  if (file.error != ErrorCode::none) {
    out += "    " + error_text(file.error, file.error_detail) + "\n";
  }
}

}  // namespace

void append_line(std::string& out, std::string_view name, std::string_view value) {
  constexpr std::size_t column = 14;
  out += name;
  out.append(column - std::min(column - 1, name.size()), ' ');
  out += value;
  out += '\n';
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [code, length, valid] = first_char(text);
    if (!valid || is_control(code)) {
      out += '?';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(valid ? length : 1);  // one for each byte
  }
  return out;
}

Row row_of(const JobId& id, const StatusView& status) {
  const auto& head = status.head;
  Row row{.id = id,
          .status = std::string(to_string(head.state)),
          .pages = pages_text(head.processed_pages, head.failed_pages, head.total_pages),
          .created = time_text(head.created_ms),
          .owner = status.owner.empty() ? "-" : printable(status.owner),
          .file = {}};
  status.each_file([&](const FileView& file) {
    if (row.file.empty()) {
      row.file = file.filename.empty() ? "-" : printable(file.filename);
    }
  });
  if (head.file_count > 1) {
    row.file += " +" + std::to_string(head.file_count - 1);
  }
  return row;
}

std::string table_of(const std::vector<Row>& rows) {
  constexpr std::size_t columns = 6;
  std::vector<std::array<std::string, columns>> cells{{"ID", "STATUS", "PAGES", "CREATED", "OWNER", "FILE"}};
  for (const auto& row : rows) {
    cells.push_back({row.id.text(), row.status, row.pages, row.created, row.owner, row.file});
  }
  std::array<std::size_t, columns> widths{};
  for (const auto& line_cells : cells) {
    for (std::size_t i = 0; i < columns; ++i) {
      widths[i] = std::max(widths[i], width(line_cells[i]));
    }
  }
  std::string out;
  for (const auto& line_cells : cells) {
    for (std::size_t i = 0; i < columns; ++i) {
      out += line_cells[i];
      if (i + 1 < columns) {
        out.append(widths[i] - width(line_cells[i]) + 2, ' ');
      }
    }
    out += '\n';
  }
  return out;
}

std::string details_of(const JobId& id, const StatusView& status, std::string_view fields, const QueueCounts& counts) {
  const auto& head = status.head;
  std::string out;
  append_line(out, "job", id.text());
  append_line(out, "status", to_string(head.state));
  if (head.error != ErrorCode::none) {
    append_line(out, "error", error_text(head.error, status.detail));
  }
  append_line(out, "owner", status.owner.empty() ? "-" : printable(status.owner));
  append_line(out, "pages", pages_text(head.processed_pages, head.failed_pages, head.total_pages));
  append_line(out, "attempts", std::to_string(head.attempts));
  if (!is_final(head.state)) {
    append_line(out, "units left", std::to_string(head.units_left));
  }
  if (head.state == State::pending) {
    append_line(out, "in queue",
                std::to_string(http::queue_position(head, counts)) + ". of pool " + std::to_string(head.pool) +
                    ", priority " + std::to_string(head.priority));
  }
  append_line(out, "created", time_text(head.created_ms));
  append_line(out, "started", time_text(head.started_ms));
  append_line(out, "updated", time_text(head.updated_ms));
  append_line(out, "completed", time_text(head.completed_ms));
  append_line(out, "expires", head.expires_ms == 0 ? "never" : time_text(head.expires_ms));
  if (!fields.empty()) {
    append_line(out, "fields", printable(fields));
  }
  out += "files\n";
  status.each_file([&](const FileView& file) { append_file(out, file); });
  if (head.warning_count > 0) {
    out += "warnings (" + std::to_string(head.warning_count) + ")\n";
    status.each_warning([&](const WarningView& warning) {
      out += "  file " + std::to_string(warning.file);
      out += warning.page == 0 ? "" : ", page " + std::to_string(warning.page);
      out += ": " + error_text(warning.code, warning.detail) + "\n";
    });
  }
  return out;
}

}  // namespace docket::ctl
