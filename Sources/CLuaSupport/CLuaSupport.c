#include "CLuaSupport.h"
typedef int CLuaSupport_empty;
