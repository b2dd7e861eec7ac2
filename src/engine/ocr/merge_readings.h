// Several recognitions of one picture, each with other errors: put together, and rid of what is no text.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/model/document.h"

namespace docket::engine {

/// The lines of `first`, where a word that both have at the same place is the one of higher confidence, and words that
/// only `second` has are added if they are credible. Of very many words only the first reading's stay.
std::vector<Line> merge_readings(std::vector<Line> first, const std::vector<Line>& second);

/// Takes out what specks, rules and handwriting were taken for: words of hardly any confidence, and signs without a
/// letter or figure of less than a good one.
void drop_noise(std::vector<Line>& lines);

/// Takes out the signs that rules were taken for: those that lie on one, also where they stick to a word.
void drop_signs_on(std::span<const Box> rules, std::vector<Line>& lines);

/// How much of it is credible: the bytes of words that are.
std::size_t credible_length(const std::vector<Line>& lines) noexcept;

/// Whether running text stands in columns beside each other, so that lines must not be read from edge to edge.
bool has_text_columns(const std::vector<Line>& lines);

}  // namespace docket::engine
