#include "job/codec/section_bytes.h"

namespace docket {
namespace {

constexpr std::uint8_t no_format = 0xFF;

bool is_format(std::uint8_t value) noexcept {
  return value < all_formats.size() || value == no_format;
}

}  // namespace

void put_sections(ByteWriter& out, const std::vector<Section>& sections, SectionParts parts) {
  out.put(static_cast<std::uint32_t>(sections.size()));
  for (const auto& section : sections) {
    out.put(section.format ? static_cast<std::uint8_t>(*section.format) : no_format);
    out.put(static_cast<std::uint8_t>(section.representation));
    out.put(section.offset);
    out.put(section.length);
    if (parts >= SectionParts::sum) {
      out.put(section.sum);
    }
    if (parts >= SectionParts::name) {
      out.put_string(section.name);
    }
  }
}

bool get_sections(ByteReader& in, std::vector<Section>& sections, SectionParts parts) {
  const std::size_t stored_size =
      1 + 1 + 8 + 8 + (parts >= SectionParts::sum ? 8 : 0) + (parts >= SectionParts::name ? 4 : 0);
  const auto count = in.get<std::uint32_t>();
  if (in.remaining() / stored_size < count) {
    return false;  // before memory is taken for what cannot be there
  }
  sections.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto format = in.get<std::uint8_t>();
    const auto representation = in.get<std::uint8_t>();
    const auto offset = in.get<std::uint64_t>();
    const auto length = in.get<std::uint64_t>();
    const auto sum = parts >= SectionParts::sum ? in.get<std::uint64_t>() : 0;
    const auto name = parts >= SectionParts::name ? in.get_string() : std::string_view();
    if (!is_format(format) || representation > static_cast<std::uint8_t>(Representation::documents)) {
      return false;
    }
    sections.push_back({.format = format == no_format ? std::nullopt : std::optional(static_cast<Format>(format)),
                        .representation = static_cast<Representation>(representation),
                        .offset = offset,
                        .length = length,
                        .sum = sum,
                        .name = std::string(name)});
  }
  return true;
}

}  // namespace docket
