#ifndef CT_CLONES_H
#define CT_CLONES_H

/* One function compiled for AVX-512, AVX2 and plain x86-64; the loader picks at start. Contraction
 * to FMA is off so that all three give the same bits. */
#if defined(__x86_64__)
#define CT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CT_CLONES
#endif

#pragma STDC FP_CONTRACT OFF

#endif
