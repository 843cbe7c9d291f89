// Opening the libraries.
#include "baselib.h"
#include "coroutinelib.h"
#include "finalizers.h"
#include "iolib.h"
#include "oslib.h"
#include "stringlib.h"
#include "tablelib.h"

int lb_open_libraries(lua_State *L) {
  luaL_openlibs(L);
  lb_prepare_stops(L);
  lb_prepare_finalizers(L);
  lb_open_baselib(L);
  lb_open_coroutinelib(L);
  lb_open_stringlib(L);
  lb_open_tablelib(L);
  lb_open_iolib(L);
  lb_open_oslib(L);
  return 0;
}
