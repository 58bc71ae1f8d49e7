/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkScroll: whole steps of a wheel out of fractions. */
#include "scroll.h"

#include <math.h>

/* A touchpad in full swing sends a few steps at once; more than this is a broken driver. */
#define STEPS_MAX 100

static int add_axis(double *rest, double more)
{
    double sum, whole;

    if (!isfinite(more)) {
        return 0;
    }
    sum = (*rest < 0) == (more < 0) || more == 0 ? *rest + more : more;
    whole = trunc(sum);
    *rest = sum - whole;
    return (int)fmin(fmax(whole, -STEPS_MAX), STEPS_MAX);
}

DisplayGtkSteps display_gtk_scroll_add(DisplayGtkScroll *scroll, double x, double y)
{
    DisplayGtkSteps steps;

    steps.x = add_axis(&scroll->rest_x, x);
    steps.y = add_axis(&scroll->rest_y, y);
    return steps;
}

void display_gtk_scroll_reset(DisplayGtkScroll *scroll)
{
    *scroll = (DisplayGtkScroll) { 0 };
}
