// A glance at a PDF page's resources, to tell what it probably needs.
#pragma once

class Dict;

namespace docket::engine {

/// Whether a font can be reached from a page's resource dictionary (nullptr: none), through form XObjects to a small
/// depth. Looks at a bounded number of objects, however the resources are knotted.
bool reaches_font(Dict* resources);

/// The same for an image. Images that stand in the content itself are not seen so.
bool reaches_image(Dict* resources);

}  // namespace docket::engine
