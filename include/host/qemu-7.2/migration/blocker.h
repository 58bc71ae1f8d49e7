/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reasons not to migrate.
 */
#ifndef HOST_QEMU_MIGRATION_BLOCKER_H
#define HOST_QEMU_MIGRATION_BLOCKER_H

#include "qemu/osdep.h"

int migrate_add_blocker(Error *reason, Error **errp);
void migrate_del_blocker(Error *reason);

#endif
