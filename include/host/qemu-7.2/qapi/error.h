/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors that travel up to whoever asked.
 */
#ifndef HOST_QEMU_QAPI_ERROR_H
#define HOST_QEMU_QAPI_ERROR_H

#include "qemu/osdep.h"
#include "qapi/qapi-types-error.h"

extern Error *error_abort;
extern Error *error_fatal;

void error_setg_internal(Error **errp, const char *src, int line, const char *func,
                         const char *fmt, ...) G_GNUC_PRINTF(5, 6);
void error_setg_errno_internal(Error **errp, const char *src, int line, const char *func,
                               int os_errno, const char *fmt, ...) G_GNUC_PRINTF(6, 7);
void error_propagate(Error **dst_errp, Error *local_err);
void error_free(Error *err);
Error *error_copy(const Error *err);
const char *error_get_pretty(const Error *err);
void error_report_err(Error *err);
void warn_report_err(Error *err);
void error_append_hint(Error *const *errp, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void error_prepend(Error *const *errp, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void error_propagate_prepend(Error **dst_errp, Error *err, const char *fmt,
                             ...) G_GNUC_PRINTF(3, 4);
void error_reportf_err(Error *err, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

#define error_setg(errp, fmt, ...) \
    error_setg_internal((errp), __FILE__, __LINE__, __func__, (fmt), ##__VA_ARGS__)
#define error_setg_errno(errp, os_errno, fmt, ...)                            \
    error_setg_errno_internal((errp), __FILE__, __LINE__, __func__, (os_errno), \
                              (fmt), ##__VA_ARGS__)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Error, error_free)

typedef struct ErrorPropagator {
    Error *local_err;
    Error **errp;
} ErrorPropagator;

static inline void error_propagator_cleanup(ErrorPropagator *prop)
{
    error_propagate(prop->errp, prop->local_err);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ErrorPropagator, error_propagator_cleanup)

/* First line of a function that looks at *errp: makes it point at something always */
#define ERRP_GUARD()                                        \
    g_auto(ErrorPropagator) _auto_errp_prop = {.errp = errp}; \
    if (!errp || errp == &error_fatal) {                    \
        errp = &_auto_errp_prop.local_err;                  \
    }                                                       \
    (void)0

#endif
