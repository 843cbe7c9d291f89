// librsvg and cairo reached at run time: no header and no link, so that the program starts without
// them. The declarations below follow librsvg 2.52 and cairo 1.16, whose interfaces are stable.

#include "CRaster.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  double x, y, width, height;
} rectangle;

typedef struct {
  unsigned int domain;
  int code;
  char *message;
} error_record;

typedef int (*write_function)(void *closure, const unsigned char *data, unsigned int length);

static struct {
  void *(*new_from_data)(const unsigned char *, unsigned long, error_record **);
  int (*intrinsic_size)(void *, double *, double *);
  int (*render)(void *, void *, const rectangle *, error_record **);
  void (*unref)(void *);
  void (*error_free)(error_record *);
  void *(*surface_create)(int format, int width, int height);
  int (*surface_status)(void *);
  void (*surface_destroy)(void *);
  int (*write_png)(void *, write_function, void *);
  void *(*create)(void *);
  void (*destroy)(void *);
} api;

static char missing[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *open_library(const char *name) {
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) snprintf(missing, sizeof missing, "%s", dlerror());
  return library;
}

static int find(void *library, const char *name, void *slot) {
  // A function pointer does not convert from void * in ISO C; its bytes do on POSIX.
  void *symbol = dlsym(library, name);
  memcpy(slot, &symbol, sizeof symbol);
  if (!symbol) snprintf(missing, sizeof missing, "%s is missing in the library", name);
  return symbol != NULL;
}

static void load(void) {
  void *rsvg = open_library("librsvg-2.so.2");
  void *cairo = rsvg ? open_library("libcairo.so.2") : NULL;
  void *gobject = cairo ? open_library("libgobject-2.0.so.0") : NULL;
  void *glib = gobject ? open_library("libglib-2.0.so.0") : NULL;
  if (!glib) return;
  if (find(rsvg, "rsvg_handle_new_from_data", &api.new_from_data) &&
      find(rsvg, "rsvg_handle_get_intrinsic_size_in_pixels", &api.intrinsic_size) &&
      find(gobject, "g_object_unref", &api.unref) && find(glib, "g_error_free", &api.error_free) &&
      find(cairo, "cairo_image_surface_create", &api.surface_create) &&
      find(cairo, "cairo_surface_status", &api.surface_status) &&
      find(cairo, "cairo_surface_destroy", &api.surface_destroy) &&
      find(cairo, "cairo_surface_write_to_png_stream", &api.write_png) &&
      find(cairo, "cairo_create", &api.create) && find(cairo, "cairo_destroy", &api.destroy)) {
    // Last, because its presence says that all are there.
    find(rsvg, "rsvg_handle_render_document", &api.render);
  }
}

typedef struct {
  orrery_raster_sink sink;
  void *context;
} sink_record;

static int pass(void *closure, const unsigned char *data, unsigned int length) {
  sink_record *record = closure;
  // 11 is CAIRO_STATUS_WRITE_ERROR.
  return record->sink(record->context, data, length) == 0 ? 0 : 11;
}

static void say(char *message, size_t capacity, error_record *error, const char *otherwise) {
  snprintf(message, capacity, "%s", error && error->message ? error->message : otherwise);
  if (error) api.error_free(error);
}

static orrery_raster_status draw(
    void *handle, double scale, sink_record *record, char *message, size_t capacity) {
  double width = 0, height = 0;
  if (!api.intrinsic_size(handle, &width, &height) || width <= 0 || height <= 0) {
    say(message, capacity, NULL, "the picture has no size in pixels");
    return orrery_raster_bad_svg;
  }
  width *= scale;
  height *= scale;
  // Cairo's own limit is 32,767 pixels a side.
  if (!(width < 32767 && height < 32767) || width * height > 4e8) {
    snprintf(message, capacity, "%.0f by %.0f pixels are too many", width, height);
    return orrery_raster_failed;
  }
  void *surface = api.surface_create(0, (int)(width + 0.999), (int)(height + 0.999));
  void *cairo = api.create(surface);
  rectangle viewport = {0, 0, width, height};
  error_record *error = NULL;
  orrery_raster_status status = orrery_raster_ok;
  if (api.surface_status(surface) != 0 || !api.render(handle, cairo, &viewport, &error) ||
      api.write_png(surface, pass, record) != 0) {
    say(message, capacity, error, "drawing failed");
    status = orrery_raster_failed;
  }
  api.destroy(cairo);
  api.surface_destroy(surface);
  return status;
}

orrery_raster_status orrery_raster_png(
    const char *svg, size_t length, double scale, orrery_raster_sink sink, void *context,
    char *message, size_t capacity) {
  pthread_once(&once, load);
  if (!api.render) {
    snprintf(message, capacity, "%s", missing);
    return orrery_raster_no_library;
  }
  error_record *error = NULL;
  void *handle = api.new_from_data((const unsigned char *)svg, length, &error);
  if (!handle) {
    say(message, capacity, error, "not an SVG");
    return orrery_raster_bad_svg;
  }
  sink_record record = {sink, context};
  orrery_raster_status status = draw(handle, scale, &record, message, capacity);
  api.unref(handle);
  return status;
}
