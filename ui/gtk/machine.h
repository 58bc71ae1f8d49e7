/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkMachine: what the menu "Machine" does, and whether the machine runs.
 *
 * Owned by the window; main thread.
 */
#ifndef UI_GTK_MACHINE_H
#define UI_GTK_MACHINE_H

#include <stdbool.h>

typedef struct DisplayGtkMachine DisplayGtkMachine;

typedef struct DisplayGtkMachineOps {
    /* It was paused or goes on: title and menu follow from it. */
    void (*changed)(void *opaque);
} DisplayGtkMachineOps;

DisplayGtkMachine *display_gtk_machine_new(const DisplayGtkMachineOps *ops, void *opaque);
/* Takes NULL. */
void display_gtk_machine_free(DisplayGtkMachine *machine);

bool display_gtk_machine_is_running(const DisplayGtkMachine *machine);
/* Failures are reported. */
void display_gtk_machine_pause(DisplayGtkMachine *machine, bool pause);
void display_gtk_machine_reset(DisplayGtkMachine *machine);
void display_gtk_machine_power_down(DisplayGtkMachine *machine);
void display_gtk_machine_quit(DisplayGtkMachine *machine);

#endif
