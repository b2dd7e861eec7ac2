// An output device for Poppler that looks at the images that a page draws.
#pragma once

#include <GfxState.h>

#include <cstdint>
#include <vector>

#include "engine/pdf/poppler_version.h"

namespace docket::engine {

/// One image as it is drawn. Valid during visit_image() only; Poppler owns all of it.
struct ImageDrawing {
  std::uint32_t ordinal;
  GfxState& state;
  Stream& stream;  ///< not yet reset
  Object* object;  ///< the reference by which it is drawn, or an inline image's dictionary; may be nullptr
  int width;       ///< pixels
  int height;
  GfxImageColorMap* colors;  ///< nullptr: a stencil, painted in the fill colour
  bool invert;               ///< stencil: samples of 1 are painted instead of those of 0
  bool masked;               ///< some of its pixels are transparent
};

/// Base of devices that want a page's images in the order in which they are drawn. Lives while a page is interpreted.
class ImageDevice : public PopplerDevice {
 public:
  bool upsideDown() override { return true; }
  bool useDrawChar() override { return true; }
  bool interpretType3Chars() override { return false; }
  bool useShadedFills(int /*type*/) override { return true; }
  bool useTilingPatternFill() override { return true; }

  void drawImageMask(GfxState* state, Object* ref, Stream* stream, int width, int height, bool invert, bool interpolate,
                     bool inline_image) override;
  void setSoftMaskFromImageMask(GfxState* state, Object* ref, Stream* stream, int width, int height, bool invert,
                                bool inline_image, double* base_matrix) override;
  void unsetSoftMaskFromImageMask(GfxState* /*state*/, double* /*base_matrix*/) override {}
  void drawImage(GfxState* state, Object* ref, Stream* stream, int width, int height, GfxImageColorMap* colors,
                 bool interpolate, const int* mask_colors, bool inline_image) override;
  void drawMaskedImage(GfxState* state, Object* ref, Stream* stream, int width, int height, GfxImageColorMap* colors,
                       bool interpolate, Stream* mask, int mask_width, int mask_height, bool mask_invert,
                       bool mask_interpolate) override;
  void drawSoftMaskedImage(GfxState* state, Object* ref, Stream* stream, int width, int height,
                           GfxImageColorMap* colors, bool interpolate, Stream* mask, int mask_width, int mask_height,
                           GfxImageColorMap* mask_colors, bool mask_interpolate) override;

  bool tilingPatternFill(GfxState* state, Gfx* gfx, Catalog* catalog, GfxTilingPattern* pattern, const double* matrix,
                         int x0, int y0, int x1, int y1, double x_step, double y_step) override;
  bool functionShadedFill(GfxState* state, GfxFunctionShading* shading) override;
  bool axialShadedFill(GfxState* state, GfxAxialShading* shading, double t_min, double t_max) override;
  bool radialShadedFill(GfxState* state, GfxRadialShading* shading, double t_min, double t_max) override;
  bool gouraudTriangleShadedFill(GfxState* state, GfxGouraudTriangleShading* shading) override;
  bool patchMeshShadedFill(GfxState* state, GfxPatchMeshShading* shading) override;

  void beginTransparencyGroup(GfxState* state, const double* bbox, GfxColorSpace* blending, bool isolated,
                              bool knockout, bool for_soft_mask) override;
  void endTransparencyGroup(GfxState* state) override;
  void setSoftMask(GfxState* state, const double* bbox, bool alpha, Function* transfer, GfxColor* backdrop) override;
  void clearSoftMask(GfxState* state) override;

 protected:
  /// True if the image's data were consumed; false: the device skips what is left of an inline image.
  virtual bool visit_image(const ImageDrawing& image) = 0;
  /// A shading or pattern was painted.
  virtual void visit_shading(GfxState& state) = 0;

  /// What is drawn now goes into a soft mask, not on the page.
  [[nodiscard]] bool in_soft_mask() const noexcept { return soft_masks_ > 0; }
  /// What is drawn now is partly transparent by a soft mask.
  [[nodiscard]] bool soft_masked() const noexcept { return soft_masked_; }

 private:
  void visit(GfxState* state, Object* ref, Stream* stream, int width, int height, GfxImageColorMap* colors, bool invert,
             bool masked, bool inline_image);

  std::uint32_t images_ = 0;
  std::vector<bool> groups_;  ///< open transparency groups: is it for a soft mask?
  std::uint32_t soft_masks_ = 0;
  bool soft_masked_ = false;
};

}  // namespace docket::engine
