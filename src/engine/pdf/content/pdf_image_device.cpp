#include "engine/pdf/content/pdf_image_device.h"

#include <Stream.h>

namespace docket::engine {

void ImageDevice::visit(GfxState* state, Object* ref, Stream* stream, int width, int height, GfxImageColorMap* colors,
                        bool invert, bool masked, bool inline_image) {
  bool consumed = false;
  if (!in_soft_mask() && width > 0 && height > 0) {
    consumed = visit_image({images_, *state, *stream, ref, width, height, colors, invert, masked || soft_masked_});
    ++images_;
  }
  if (inline_image && !consumed) {
    // The content stream goes on behind the image's data: the base class reads over them.
    if (colors != nullptr) {
      OutputDev::drawImage(state, ref, stream, width, height, colors, false, nullptr, true);
    } else {
      OutputDev::drawImageMask(state, ref, stream, width, height, invert, false, true);
    }
  }
}

void ImageDevice::drawImageMask(GfxState* state, Object* ref, Stream* stream, int width, int height, bool invert,
                                bool /*interpolate*/, bool inline_image) {
  visit(state, ref, stream, width, height, nullptr, invert, false, inline_image);
}

void ImageDevice::setSoftMaskFromImageMask(GfxState* state, Object* ref, Stream* stream, int width, int height,
                                           bool invert, bool inline_image, double* /*base_matrix*/) {
  // A stencil painted with a pattern.
  visit(state, ref, stream, width, height, nullptr, invert, true, inline_image);
}

void ImageDevice::drawImage(GfxState* state, Object* ref, Stream* stream, int width, int height,
                            GfxImageColorMap* colors, bool /*interpolate*/, const int* mask_colors, bool inline_image) {
  visit(state, ref, stream, width, height, colors, false, mask_colors != nullptr, inline_image);
}

void ImageDevice::drawMaskedImage(GfxState* state, Object* ref, Stream* stream, int width, int height,
                                  GfxImageColorMap* colors, bool /*interpolate*/, Stream* /*mask*/, int /*mask_width*/,
                                  int /*mask_height*/, bool /*mask_invert*/, bool /*mask_interpolate*/) {
  visit(state, ref, stream, width, height, colors, false, true, false);
}

void ImageDevice::drawSoftMaskedImage(GfxState* state, Object* ref, Stream* stream, int width, int height,
                                      GfxImageColorMap* colors, bool /*interpolate*/, Stream* /*mask*/,
                                      int /*mask_width*/, int /*mask_height*/, GfxImageColorMap* /*mask_colors*/,
                                      bool /*mask_interpolate*/) {
  visit(state, ref, stream, width, height, colors, false, true, false);
}

bool ImageDevice::tilingPatternFill(GfxState* state, Gfx* /*gfx*/, Catalog* /*catalog*/, GfxTilingPattern* /*pattern*/,
                                    const double* /*matrix*/, int /*x0*/, int /*y0*/, int /*x1*/, int /*y1*/,
                                    double /*x_step*/, double /*y_step*/) {
  visit_shading(*state);
  return true;
}

bool ImageDevice::functionShadedFill(GfxState* state, GfxFunctionShading* /*shading*/) {
  visit_shading(*state);
  return true;
}

bool ImageDevice::axialShadedFill(GfxState* state, GfxAxialShading* /*shading*/, double /*t_min*/, double /*t_max*/) {
  visit_shading(*state);
  return true;
}

bool ImageDevice::radialShadedFill(GfxState* state, GfxRadialShading* /*shading*/, double /*t_min*/, double /*t_max*/) {
  visit_shading(*state);
  return true;
}

bool ImageDevice::gouraudTriangleShadedFill(GfxState* state, GfxGouraudTriangleShading* /*shading*/) {
  visit_shading(*state);
  return true;
}

bool ImageDevice::patchMeshShadedFill(GfxState* state, GfxPatchMeshShading* /*shading*/) {
  visit_shading(*state);
  return true;
}

void ImageDevice::beginTransparencyGroup(GfxState* /*state*/, const double* /*bbox*/, GfxColorSpace* /*blending*/,
                                         bool /*isolated*/, bool /*knockout*/, bool for_soft_mask) {
  groups_.push_back(for_soft_mask);
  if (for_soft_mask) {
    ++soft_masks_;
  }
}

void ImageDevice::endTransparencyGroup(GfxState* /*state*/) {
  if (groups_.empty()) {
    return;
  }
  if (groups_.back()) {
    --soft_masks_;
  }
  groups_.pop_back();
}

void ImageDevice::setSoftMask(GfxState* /*state*/, const double* /*bbox*/, bool /*alpha*/, Function* /*transfer*/,
                              GfxColor* /*backdrop*/) {
  // Poppler restores no soft mask at Q here; once one was set, taking an image as it is would be a guess.
  soft_masked_ = true;
}

void ImageDevice::clearSoftMask(GfxState* /*state*/) {
  soft_masked_ = false;
}

}  // namespace docket::engine
