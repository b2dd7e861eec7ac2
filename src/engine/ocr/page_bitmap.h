// A page's picture, small and in black and white, and what can be told from it before anything is recognised.
#pragma once

#include "engine/model/pix.h"

namespace docket::engine {

struct PageBitmap {
  PixPtr pix;             ///< 1 bit a pixel; nullptr where memory ran out
  bool is_blank = false;  ///< there is nothing on the paper but specks smaller than any letter
};

/// Both sides are halved until there are less than 2.5 million pixels: a sheet of A4 at 300 dots an inch comes out at
/// 150. Grays are measured against the paper around them. Takes 1, 8 or 32 bits a pixel.
PageBitmap page_bitmap(Pix& picture);

/// How many quarters clockwise bring its lines upright, told from letters that reach above their lines more often than
/// below them, as those of Latin, Greek and Cyrillic do; 0 where that is not clear.
int quarters_to_upright(Pix& bitmap);

/// How many degrees clockwise (7 at most) make its lines level; 0 where it is not clear, or so little that recognition
/// copes better with the lines as they are.
float degrees_to_level(Pix& bitmap);

/// A part of a picture, as shares of its width and height.
struct Window {
  float x = 0;  ///< of the top left corner
  float y = 0;
  float width = 1;
  float height = 1;
};

/// Of all windows of a size (shares, 1 at most), about the one with the most that may be letters by its size.
Window window_of_letters(Pix& bitmap, float width, float height);

}  // namespace docket::engine
