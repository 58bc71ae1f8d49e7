/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HeadlessConsole: a GL provider and a listener for one console, which turns GL pictures into the
 * console's surface.
 *
 * Lives as long as the process, on the main thread.
 */
#ifndef UI_EGL_HEADLESS_CONSOLE_H
#define UI_EGL_HEADLESS_CONSOLE_H

#include "qemu/osdep.h"
#include "ui/console.h"
#include "ui/egl/device.h"

/* All consoles use one context: they are all drawn on the main thread. */
void display_headless_console_create(QemuConsole *con, DisplayEgl *egl, EGLContext context);

#endif
