#include "CTensors.h"
typedef int CTensors_empty;
