// From the characters that a library found on a page to text: UTF-8 without controls, in reading order.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace docket::engine {

/// Appends `character` as UTF-8. What is no text is left out: controls (C0, C1, DEL), surrogates, noncharacters,
/// zero-width no-break spaces, bidirectional marks and values beyond Unicode.
void append_text(std::string& text, char32_t character);

/// Well-formed UTF-8 without what append_text() leaves out; ill-formed bytes are dropped.
std::string clean_text(std::string_view text);

/// Which way a character runs, as far as putting a line in order needs it (a small part of UAX #9).
enum class Direction : unsigned char { neutral, number, left_to_right, right_to_left };

Direction direction_of(char32_t character) noexcept;

/// The direction of a word by its strong characters, the majority deciding; number or neutral without any.
Direction direction_of(std::span<const char32_t> word) noexcept;

/// Puts a right-to-left word that stands in visual order (left to right) into logical order: the whole is reversed,
/// numbers and left-to-right runs in it are not, marks stay behind what they combine with. Brackets that would enclose
/// nothing then are mirrored: some programs note what is seen, others what is meant.
void make_logical(std::vector<char32_t>& word);

/// The logical order of a line's words that stand in visual order: which word comes first, second …
/// In a right-to-left line everything is reversed but runs of left-to-right words and the numbers that follow
/// them; in another only runs of right-to-left words are.
std::vector<std::size_t> logical_order(std::span<const Direction> words, bool is_rtl);

}  // namespace docket::engine
