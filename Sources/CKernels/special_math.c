/* Functions that libm lacks. */

#include <math.h>

#include "machine.h"

double ok_inverse_erf(double x);
double ok_sine_pi(double x);
double ok_cosine_pi(double x);

/* Giles's approximation of the inverse error function, then two steps of Newton's method. */
double ok_inverse_erf(double x) {
  if (!(x > -1 && x < 1)) return x == 1 ? INFINITY : x == -1 ? -INFINITY : NAN;
  double w = -log((1 - x) * (1 + x)), p;
  if (w < 5) {
    w -= 2.5;
    p = 2.81022636e-08;
    p = 3.43273939e-07 + p * w;
    p = -3.5233877e-06 + p * w;
    p = -4.39150654e-06 + p * w;
    p = 0.00021858087 + p * w;
    p = -0.00125372503 + p * w;
    p = -0.00417768164 + p * w;
    p = 0.246640727 + p * w;
    p = 1.50140941 + p * w;
  } else {
    w = sqrt(w) - 3;
    p = -0.000200214257;
    p = 0.000100950558 + p * w;
    p = 0.00134934322 + p * w;
    p = -0.00367342844 + p * w;
    p = 0.00573950773 + p * w;
    p = -0.0076224613 + p * w;
    p = 0.00943887047 + p * w;
    p = 1.00167406 + p * w;
    p = 2.83297682 + p * w;
  }
  double y = p * x;
  for (int k = 0; k < 2; k++) {
    /* erfc keeps the digits of the tail that erf has lost. */
    double error = x < 0.5 && x > -0.5 ? erf(y) - x
                   : x > 0 ? (1 - x) - erfc(y) : erfc(-y) - (1 + x);
    y -= error / (1.12837916709551257390 * exp(-y * y));
  }
  return y;
}

/* The nearest multiple of a half turn is taken off exactly, so that whole numbers give zeros. */
double ok_sine_pi(double x) {
  if (!isfinite(x)) return NAN;
  double r = remainder(x, 2);
  if (r > 0.5) r = 1 - r;
  else if (r < -0.5) r = -1 - r;
  return x == 0 ? x : sin(3.14159265358979323846 * r);
}

double ok_cosine_pi(double x) {
  if (!isfinite(x)) return NAN;
  double r = fabs(remainder(x, 2));
  if (r <= 0.25) return cos(3.14159265358979323846 * r);
  if (r < 0.75) return sin(3.14159265358979323846 * (0.5 - r));
  return -cos(3.14159265358979323846 * (1 - r));
}
