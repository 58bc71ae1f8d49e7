/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A limit for what a connection makes this process keep.
 *
 * GDBus reads calls on a thread of its own as fast as they come and queues them for the main loop,
 * whose answers it queues again.  Both are counted together, from when a call comes in until its
 * answer is next to be written.  For what no answer ends, calls that want none and signals, a source
 * is queued behind them once there are some, which waits until all that was sent has left; then they
 * count no more.  What comes above the limit is refused on GDBus's thread, whatever the main loop is
 * at.
 */
#include "qemu/osdep.h"

#include <gio/gunixfdlist.h>

#include "drain.h"
#include "guard.h"
#include "qemu/error-report.h"
#include "socket.h"

/*
 * What a call counts.  Input comes in bursts and costs little, others can have long answers, and
 * lists of everything and descriptors are dear.
 */
#define INPUT_LOAD  1
#define CALL_LOAD   16
#define HEAVY_LOAD  64

/* More than a client with a fast mouse has under way while the main loop is busy for seconds. */
#define LOAD_MAX    4096
/* Below this nobody looks how much of what has no answer is left. */
#define LOAD_SMALL  512
/* Signals cannot be refused; calls alone never come up to this. */
#define LOAD_CUT    (2 * LOAD_MAX)

/* Refusals that a peer may leave unread. */
#define REFUSALS_MAX 1024
#define REFUSAL      "org.freedesktop.DBus.Error.LimitsExceeded"

/* No method here takes more than some short names and one descriptor. */
#define BODY_BYTES_MAX (64u << 10)
#define FDS_MAX 1

/* Calls of one number: on a bus several clients may have one. */
typedef struct Calls {
    int count;
    int load;
} Calls;

typedef struct Guard {
    GDBusConnection *connection;    /* borrowed: it owns the guard */
    bool is_peer;
    int load;                       /* atomic */
    int unanswered;                 /* of it, what no answer ends; atomic */
    int is_measuring;               /* atomic */
    int measured;                   /* of the latter; who sets is_measuring owns it */
    GHashTable *calls;              /* serial -> Calls, whose answers are awaited; GDBus's thread */
    int refusals;                   /* that have not left; GDBus's thread */
} Guard;

static void measured(void *opaque);

/* Main thread; what is measured has been carried out but for the last call, which comes next. */
static gboolean wait_for_answers(void *connection)
{
    display_dbus_drain(connection, measured, g_object_ref(connection));
    return G_SOURCE_REMOVE;
}

static void measure_if_needed(Guard *guard)
{
    if (g_atomic_int_get(&guard->unanswered) >= LOAD_SMALL &&
        g_atomic_int_compare_and_exchange(&guard->is_measuring, 0, 1)) {
        guard->measured = g_atomic_int_get(&guard->unanswered);
        g_idle_add_full(G_PRIORITY_DEFAULT, wait_for_answers, g_object_ref(guard->connection),
                        g_object_unref);
    }
}

static void measured(void *opaque)
{
    g_autoptr(GDBusConnection) connection = opaque;
    Guard *guard = g_object_get_data(G_OBJECT(connection), "display-dbus-guard");

    g_atomic_int_add(&guard->load, -guard->measured);
    g_atomic_int_add(&guard->unanswered, -guard->measured);
    g_atomic_int_set(&guard->is_measuring, 0);
    measure_if_needed(guard);
}

static void add_unanswered(Guard *guard, int load)
{
    g_atomic_int_add(&guard->load, load);
    g_atomic_int_add(&guard->unanswered, load);
    measure_if_needed(guard);
}

static void add_call(Guard *guard, GDBusMessage *call, int load)
{
    void *serial = GUINT_TO_POINTER(g_dbus_message_get_serial(call));
    Calls *calls = g_hash_table_lookup(guard->calls, serial);

    if (!calls) {
        calls = g_new0(Calls, 1);
        g_hash_table_insert(guard->calls, serial, calls);
    }
    calls->count++;
    calls->load += load;
    g_atomic_int_add(&guard->load, load);
}

static void call_answered(Guard *guard, GDBusMessage *answer)
{
    void *serial = GUINT_TO_POINTER(g_dbus_message_get_reply_serial(answer));
    Calls *calls = g_hash_table_lookup(guard->calls, serial);
    int load;

    if (!calls) {
        return;
    }
    load = calls->load / calls->count;
    calls->load -= load;
    g_atomic_int_add(&guard->load, -load);
    if (!--calls->count) {
        g_hash_table_remove(guard->calls, serial);
    }
}

static int count_fds(GDBusMessage *message)
{
    GUnixFDList *fds = g_dbus_message_get_unix_fd_list(message);

    return fds ? g_unix_fd_list_get_length(fds) : 0;
}

static int load_of(GDBusMessage *message)
{
    static const char *const input[] = {
        "org.qemu.Display1.Keyboard", "org.qemu.Display1.Mouse", "org.qemu.Display1.MultiTouch",
        NULL,
    };
    const char *interface = g_dbus_message_get_interface(message) ?: "";

    if (count_fds(message) || g_str_equal(interface, "org.freedesktop.DBus.ObjectManager") ||
        g_str_equal(interface, "org.freedesktop.DBus.Introspectable")) {
        return HEAVY_LOAD;
    }
    return g_strv_contains(input, interface) ? INPUT_LOAD : CALL_LOAD;
}

static bool is_too_large(GDBusMessage *message)
{
    GVariant *body = g_dbus_message_get_body(message);

    return count_fds(message) > FDS_MAX || (body && g_variant_get_size(body) > BODY_BYTES_MAX);
}

static gboolean warn_of_peer(void *opaque)
{
    warn_report("a D-Bus client was hung up on: it asks for too much and does not read it");
    return G_SOURCE_REMOVE;
}

static void cut_off(Guard *guard)
{
    display_dbus_socket_cut(guard->connection);
    g_idle_add(warn_of_peer, NULL);
}

static bool wants_answer(GDBusMessage *call)
{
    return !(g_dbus_message_get_flags(call) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
}

static void refuse(Guard *guard, GDBusMessage *call)
{
    g_autoptr(GDBusMessage) answer = NULL;

    if (guard->is_peer && (guard->refusals >= REFUSALS_MAX || is_too_large(call))) {
        cut_off(guard);
    } else if (wants_answer(call)) {
        answer = g_dbus_message_new_method_error_literal(call, REFUSAL, "too much at once");
        guard->refusals++;
        g_dbus_connection_send_message(guard->connection, answer, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                       NULL, NULL);
    }
}

/* All that was sent before has left. */
static void count_answer(Guard *guard, GDBusMessage *message)
{
    GDBusMessageType type = g_dbus_message_get_message_type(message);

    if (type == G_DBUS_MESSAGE_TYPE_ERROR &&
        g_strcmp0(g_dbus_message_get_error_name(message), REFUSAL) == 0) {
        guard->refusals--;
    } else if (type == G_DBUS_MESSAGE_TYPE_ERROR || type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN) {
        call_answered(guard, message);
    }
}

/* Runs on GDBus's thread. */
static GDBusMessage *count_call(GDBusConnection *connection, GDBusMessage *message,
                                gboolean incoming, void *opaque)
{
    Guard *guard = opaque;

    if (!incoming) {
        count_answer(guard, message);
        return message;
    }
    if (g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL) {
        return message;
    }
    if (g_atomic_int_get(&guard->load) >= LOAD_MAX || is_too_large(message)) {
        refuse(guard, message);
        g_object_unref(message);
        return NULL;
    }
    if (wants_answer(message)) {
        add_call(guard, message, load_of(message));
    } else {
        add_unanswered(guard, load_of(message));
    }
    return message;
}

static void guard_free(void *opaque)
{
    Guard *guard = opaque;

    g_hash_table_unref(guard->calls);
    g_free(guard);
}

void display_dbus_guard_add(GDBusConnection *connection, bool is_peer)
{
    Guard *guard = g_new0(Guard, 1);

    guard->connection = connection;
    guard->is_peer = is_peer;
    guard->calls = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_object_set_data_full(G_OBJECT(connection), "display-dbus-guard", guard, guard_free);
    g_dbus_connection_add_filter(connection, count_call, guard, NULL);
}

void display_dbus_guard_count_signal(GDBusConnection *connection)
{
    Guard *guard = connection ? g_object_get_data(G_OBJECT(connection), "display-dbus-guard")
                              : NULL;

    if (!guard) {
        return;
    }
    add_unanswered(guard, CALL_LOAD);
    if (guard->is_peer && g_atomic_int_get(&guard->load) >= LOAD_CUT) {
        cut_off(guard);
    }
}
