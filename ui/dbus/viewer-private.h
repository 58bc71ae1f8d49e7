/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusViewer, for the files that implement it. */
#ifndef UI_DBUS_VIEWER_PRIVATE_H
#define UI_DBUS_VIEWER_PRIVATE_H

#include "display1.h"
#include "shared-pixels.h"
#include "viewer.h"

/* More rectangles than this cost more than the pixels that joining some of them adds. */
#define DISPLAY_DBUS_RECTANGLES_MAX 64

/* How the picture that the client has got travelled. */
typedef enum DisplayDbusWay {
    DISPLAY_DBUS_WAY_NONE,
    DISPLAY_DBUS_WAY_MESSAGE,   /* pixels inside of messages */
    DISPLAY_DBUS_WAY_MAP,       /* pixels in memory that the client maps */
    DISPLAY_DBUS_WAY_DMABUF,
} DisplayDbusWay;

struct DisplayDbusViewer {
    const DisplayDbusPicture *picture;
    const DisplayDbusViewerOps *ops;    /* NULL once closed */
    void *opaque;

    GCancellable *cancellable;          /* of the attempt to connect */
    GDBusConnection *connection;
    guint capabilities_timeout;         /* until then the client may tell what it can do */
    DisplayIfaceListener *listener;     /* NULL until it is known what the client can do */
    DisplayIfaceListenerUnixMap *map;   /* NULL: not offered */
    DisplayIfaceListenerUnixScanoutDMABUF2 *dmabuf2;
    bool takes_dmabuf;                  /* until it refuses one */

    DisplayDbusWay way;
    DisplaySharedPixels *shared;        /* the client's copy; NULL: it maps the picture itself */
    bool scanout_needed;
    pixman_region32_t damage;           /* not sent; what scanout_needed covers is not in it */
    unsigned calls;                     /* under way, for the picture, that ask for an answer */
    unsigned window_calls;              /* batches sent since the last call that asked */
    size_t window_bytes;
    bool is_late;                       /* nobody waits for the answers */

    bool cursor_changed;
    bool cursor_moved;
    bool cursor_busy;                   /* a call for the cursor is under way */
};

static inline DisplayDbusViewer *display_dbus_viewer_ref(DisplayDbusViewer *viewer)
{
    return g_rc_box_acquire(viewer);
}

void display_dbus_viewer_unref(DisplayDbusViewer *viewer);

/* Whether the client looks at the very memory in which the picture is drawn. */
static inline bool display_dbus_viewer_is_direct(const DisplayDbusViewer *viewer)
{
    return viewer->way == DISPLAY_DBUS_WAY_DMABUF ||
           (viewer->way == DISPLAY_DBUS_WAY_MAP && !viewer->shared);
}

/* Ends a call whose answer says nothing but whether it worked. */
bool display_dbus_viewer_finish_call(GObject *proxy, GAsyncResult *result, GError **error);

/* Tells the owner, if the client has taken everything. */
void display_dbus_viewer_settle(DisplayDbusViewer *viewer);

static inline bool display_dbus_viewer_is_ready(const DisplayDbusViewer *viewer)
{
    return viewer->ops && viewer->listener;
}

/* The parts of display_dbus_viewer_send(). */
void display_dbus_viewer_send_picture(DisplayDbusViewer *viewer);
void display_dbus_viewer_send_cursor(DisplayDbusViewer *viewer);

#endif
