/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A console of egl-headless: nothing but a provider of GL and its mirror, and counters to look at.
 */
#include "qemu/osdep.h"

#include "egl-headless-console.h"
#include "qapi/visitor.h"
#include "ui/host/provider.h"

static void get_counter(Object *object, Visitor *visitor, const char *name, void *opaque,
                        Error **errp)
{
    uint64_t value = *(uint64_t *)opaque;

    visit_type_uint64(visitor, name, &value, errp);
}

/* For tests and the curious: qom-get /backend/console[N] */
static void add_counters(QemuConsole *con, DisplayFlat *flat)
{
    const struct {
        const char *name;
        uint64_t *value;
    } counters[] = {
        {"x-egl-headless-updates", &flat->updates},
        {"x-egl-headless-bytes-read", &flat->bytes_read},
        {"x-egl-headless-bytes-copied", &flat->bytes_copied},
        {"x-egl-headless-cursor-bytes", &flat->cursor_bytes},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(counters); i++) {
        object_property_add((Object *)con, counters[i].name, "uint64", get_counter,
                            NULL, NULL, counters[i].value);
    }
}

void display_headless_console_create(QemuConsole *con, DisplayEgl *egl, EGLContext context)
{
    DisplayProvider *provider = g_new0(DisplayProvider, 1);

    display_provider_init(provider, con, egl, context, NULL);
    add_counters(con, display_mirror_get_flat(provider->mirror));
}
