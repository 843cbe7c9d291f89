#ifndef CTENSORS_H
#define CTENSORS_H

#include "ct_blas.h"
#include "ct_elementwise.h"
#include "ct_encoder.h"
#include "ct_limits.h"
#include "ct_llm.h"
#include "ct_matvec.h"
#include "ct_packed.h"
#include "ct_paged.h"
#include "ct_panels.h"
#include "ct_pool.h"
#include "ct_quant.h"
#include "ct_reduce.h"
#include "ct_rows.h"
#include "ct_types.h"

#endif
