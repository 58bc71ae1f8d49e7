/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkMachine: commands of the monitor for a menu, and the machine's state. */
#include "qemu/osdep.h"

#include "machine.h"

#include "qapi/error.h"
#include "qapi/qapi-commands-control.h"
#include "qapi/qapi-commands-machine.h"
#include "qapi/qapi-commands-misc.h"
#include "qemu/error-report.h"
#include "sysemu/runstate.h"

struct DisplayGtkMachine {
    const DisplayGtkMachineOps *ops;
    void *opaque;
    VMChangeStateEntry *watch;
};

static void state_changed(void *opaque, bool running, RunState state)
{
    DisplayGtkMachine *machine = opaque;

    machine->ops->changed(machine->opaque);
}

DisplayGtkMachine *display_gtk_machine_new(const DisplayGtkMachineOps *ops, void *opaque)
{
    DisplayGtkMachine *machine = g_new0(DisplayGtkMachine, 1);

    machine->ops = ops;
    machine->opaque = opaque;
    machine->watch = qemu_add_vm_change_state_handler(state_changed, machine);
    return machine;
}

void display_gtk_machine_free(DisplayGtkMachine *machine)
{
    if (machine) {
        qemu_del_vm_change_state_handler(machine->watch);
        g_free(machine);
    }
}

bool display_gtk_machine_is_running(const DisplayGtkMachine *machine)
{
    return runstate_is_running();
}

static void run(void (*command)(Error **errp))
{
    Error *error = NULL;

    command(&error);
    if (error) {
        error_report_err(error);
    }
}

void display_gtk_machine_pause(DisplayGtkMachine *machine, bool pause)
{
    run(pause ? qmp_stop : qmp_cont);
}

void display_gtk_machine_reset(DisplayGtkMachine *machine)
{
    run(qmp_system_reset);
}

void display_gtk_machine_power_down(DisplayGtkMachine *machine)
{
    run(qmp_system_powerdown);
}

void display_gtk_machine_quit(DisplayGtkMachine *machine)
{
    run(qmp_quit);
}
