#ifndef ORRERY_CRASTER_H
#define ORRERY_CRASTER_H

#include <stddef.h>

/// What became of a picture.
typedef enum {
  orrery_raster_ok = 0,
  /// librsvg, cairo or gobject is not installed, or too old.
  orrery_raster_no_library,
  /// The text is not an SVG that librsvg reads.
  orrery_raster_bad_svg,
  /// The picture is too large or memory ran out.
  orrery_raster_failed,
} orrery_raster_status;

/// Takes some bytes of the PNG; a result other than 0 stops the writing.
typedef int (*orrery_raster_sink)(void *context, const unsigned char *bytes, unsigned int count);

/// Draws an SVG as PNG, `scale` pixels for one of its own, in bytes handed to the sink.
///
/// The libraries are opened at the first call, so a program that draws nothing pays nothing. A
/// message about a fault goes to `message`, cut to `capacity`.
orrery_raster_status orrery_raster_png(
    const char *svg, size_t length, double scale,
    orrery_raster_sink sink __attribute__((swift_attr("@Sendable"))), void *context, char *message,
    size_t capacity);

#endif
