/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace points of hw/display, generated from its trace-events.
 */
#include "trace-hw_display.h"
