#include "engine/image/first_frame.h"

#include <algorithm>
#include <string_view>

#include "engine/image/riff.h"

namespace docket::engine {
namespace {

using namespace std::string_view_literals;

// The length of the sub-blocks of data that begin at `at`, with the empty one that ends them (GIF89a, 15).
std::size_t sub_blocks(ByteView file, std::size_t at) noexcept {
  const auto begin = at;
  while (at < file.size() && file.at(at) != 0) {
    at += std::size_t{1} + file.at(at);
  }
  return std::min(at + 1, file.size()) - begin;
}

// The bytes of the colour table that a descriptor's packed field tells of (GIF89a, 18 and 20).
std::size_t table_size(std::uint8_t packed) noexcept {
  return (packed & 0x80U) != 0 ? std::size_t{3} << ((packed & 7U) + 1U) : 0;
}

void put_little(std::string& out, std::size_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out.push_back(static_cast<char>(value >> (8 * i) & 0xFFU));
  }
}

void put_chunk(std::string& out, std::string_view name, std::string_view data) {
  out += name;
  put_little(out, data.size(), 4);
  out += data;
  out.append(data.size() % 2, '\0');
}

}  // namespace

std::optional<std::string> first_gif_frame(ByteView file) {
  constexpr std::size_t screen = 13;  // the signature and the logical screen's descriptor
  constexpr std::size_t descriptor = 10;
  constexpr std::uint8_t extension = 0x21;
  constexpr std::uint8_t graphic_control = 0xF9;
  constexpr std::uint8_t image = 0x2C;
  const auto global_table = file.part(screen, table_size(file.at(10)));
  std::optional<std::uint8_t> transparent;
  auto at = screen + global_table.size();
  while (at < file.size() && file.at(at) == extension) {
    if (file.at(at + 1) == graphic_control && (file.at(at + 3) & 1U) != 0) {
      transparent = file.at(at + 6);
    }
    at += 2 + sub_blocks(file, at + 2);
  }
  if (file.at(at) != image) {
    return std::nullopt;
  }
  const auto packed = file.at(at + 9);
  const auto local_table = file.part(at + descriptor, table_size(packed));
  const auto data_at = at + descriptor + local_table.size();

  // One table, local to the frame; a frame without any has no colours.
  const bool has_local = !local_table.empty();
  std::string table((has_local ? local_table : global_table).text());
  if (table.empty()) {
    return std::nullopt;
  }
  if (transparent && (*transparent + std::size_t{1}) * 3 <= table.size()) {
    table.replace(*transparent * std::size_t{3}, 3, 3, '\xFF');
  }
  const auto table_bits = static_cast<unsigned>(has_local ? packed : file.at(10)) & 7U;
  const auto size = file.part(at + 5, 4).text();
  std::string out("GIF89a");
  out += size;
  out += "\0\0\0"sv;  // no global table
  out.push_back(static_cast<char>(image));
  out += "\0\0\0\0"sv;  // in the screen's corner
  out += size;
  out.push_back(static_cast<char>(0x80U | (packed & 0x40U) | table_bits));  // interlaced as it was
  out += table;
  out.push_back(static_cast<char>(file.at(data_at)));
  out += file.part(data_at + 1, sub_blocks(file, data_at + 1)).text();
  out.push_back(';');
  return out;
}

std::optional<std::string> first_webp_frame(ByteView file) {
  constexpr std::uint8_t animated = 0x02;
  constexpr std::uint8_t alpha = 0x10;
  constexpr std::size_t frame_header = 16;
  if (!file.has(riff_header, "VP8X"sv) || (file.at(riff_header + chunk_header) & animated) == 0) {
    return std::nullopt;
  }
  for (auto at = riff_header; at + chunk_header <= file.size();) {
    const std::size_t length = file.little(at + 4, 4);
    if (file.has(at, "ANMF"sv)) {
      const auto frame = file.part(at + chunk_header, length);
      std::string chunks;
      if (frame.has(frame_header, "ALPH"sv)) {
        std::string header(1, static_cast<char>(alpha));
        header += "\0\0\0"sv;
        header += frame.part(6, 6).text();  // width and height, each less one
        put_chunk(chunks, "VP8X", header);
      }
      chunks += frame.part(frame_header).text();
      std::string out("RIFF");
      put_little(out, 4 + chunks.size(), 4);
      out += "WEBP";
      out += chunks;
      return out;
    }
    at += chunk_header + length + length % 2;
  }
  return std::nullopt;
}

}  // namespace docket::engine
