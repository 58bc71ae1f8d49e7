/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check at load: is the QEMU that loads this module the one it was built for?
 *
 * The host interface routes every registration of a type through here (see qom/object.h and
 * hw/virtio/virtio-pci.h in include/host).  When the running QEMU differs, types are registered
 * under their names all the same, but as stand-ins whose realize fails and says why; nothing of
 * the module that depends on a layout ever runs.
 *
 * Called from module init functions only, on the main thread.
 */
#ifndef HOST_GUARD_H
#define HOST_GUARD_H

#include "qom/object.h"

/* A type whose instances the modules embed, and the size they were compiled with. */
typedef struct DisplayHostType {
    const char *name;
    size_t instance_size;
} DisplayHostType;

/* What the modules were built for; each build of the modules links one of these. */
typedef struct DisplayHostExpectation {
    int64_t major;
    int64_t minor;
    int64_t micro;
    const char *package;
    const DisplayHostType *types;  /* ends with a NULL name */
} DisplayHostExpectation;

/*
 * Why the types of this module must not be used, or NULL.  For modules whose types are no devices:
 * they register none and say why when they are started.
 */
const char *display_host_mismatch(void);

extern const DisplayHostExpectation display_host_expectation;

#endif
