// Which way up a picture is, as cameras note it (Exif 2.3, tag 0x0112; TIFF 6.0 has the same numbers).
#pragma once

#include "document/media_type.h"
#include "engine/model/byte_view.h"
#include "engine/model/pix.h"

namespace docket::engine {

/// The orientation in a picture's Exif data, 1 to 8; 1, upright, where the data have none or an invalid one. TIFF files
/// have theirs with each page, see TiffFile.
int exif_orientation(MediaType type, ByteView file) noexcept;

/// The picture turned and mirrored so that it is upright; its resolution along with it. nullptr where memory ran out.
PixPtr upright(PixPtr pix, int orientation);

}  // namespace docket::engine
