#include <wchar.h>
#include <histedit.h>
