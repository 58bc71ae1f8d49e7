/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a loadable module announces itself: constructors that queue its init functions.
 *
 * The stamp symbol the host asks for is not here: the build generates it (see
 * docs/devel/host-interface.rst).  module_obj() and friends feed the host's build-time table of
 * modules; that table is compiled into the executable, so here they expand to nothing.
 */
#ifndef HOST_QEMU_QEMU_MODULE_H
#define HOST_QEMU_QEMU_MODULE_H

typedef enum module_init_type {
    MODULE_INIT_MIGRATION = 0,
    MODULE_INIT_BLOCK = 1,
    MODULE_INIT_OPTS = 2,
    MODULE_INIT_QOM = 3,
    MODULE_INIT_TRACE = 4,
    MODULE_INIT_XEN_BACKEND = 5,
    MODULE_INIT_LIBQOS = 6,
    MODULE_INIT_FUZZ_TARGET = 7,
    MODULE_INIT_MAX = 8,
} module_init_type;

void register_dso_module_init(void (*fn)(void), module_init_type type);

#define module_init(function, type)                                       \
    static void __attribute__((constructor)) do_qemu_init_##function(void) \
    {                                                                     \
        register_dso_module_init(function, type);                         \
    }

#define type_init(function)  module_init(function, MODULE_INIT_QOM)
#define trace_init(function) module_init(function, MODULE_INIT_TRACE)

#define HOST_MODINFO_NONE(name) \
    struct host_modinfo_in_executable
#define module_obj(name)     HOST_MODINFO_NONE(name)
#define module_dep(name)     HOST_MODINFO_NONE(name)
#define module_arch(name)    HOST_MODINFO_NONE(name)
#define module_opts(name)    HOST_MODINFO_NONE(name)
#define module_kconfig(name) HOST_MODINFO_NONE(name)

#endif
