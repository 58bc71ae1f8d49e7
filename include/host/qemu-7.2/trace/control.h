/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace events: one record per event, switched on and off by the host.
 */
#ifndef HOST_QEMU_TRACE_CONTROL_H
#define HOST_QEMU_TRACE_CONTROL_H

#include "host-layout.h"
#include "qemu/osdep.h"

typedef struct TraceEvent {
    uint32_t id;
    uint32_t vcpu_id;
    const char *name;
    const bool sstate;
    uint16_t *dstate;
} TraceEvent;
HOST_LAYOUT(TraceEvent, 32);
HOST_LAYOUT_AT(TraceEvent, name, 8);
HOST_LAYOUT_AT(TraceEvent, sstate, 16);
HOST_LAYOUT_AT(TraceEvent, dstate, 24);

#define TRACE_VCPU_EVENT_NONE ((uint32_t)-1)

/* How many events are switched on */
extern int trace_events_enabled_count;

void trace_event_register_group(TraceEvent **events);
void trace_event_set_state_dynamic(TraceEvent *ev, bool state);

#endif
