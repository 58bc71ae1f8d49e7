/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkTerminal: the character device "chardev-vc" and its terminal. */
#include "qemu/osdep.h"

#include "vte.h"

#include <vte/vte.h>

#include "chardev/char.h"

#define TYPE_DISPLAY_GTK_TERMINAL "chardev-vc"

/* Of what nobody has looked at yet, or not taken yet; the oldest goes first. */
#define OUTPUT_BYTES_MAX (1u << 20)
#define INPUT_BYTES_MAX (1u << 16)

#define SCROLLBACK_LINES 10000
#define ZOOM_MIN 0.25
#define ZOOM_MAX 4.0

struct DisplayGtkTerminal {
    Chardev parent_obj;
    GtkWidget *box;                 /* NULL: no window yet */
    VteTerminal *terminal;          /* in `box` */
    GByteArray *input;              /* typed, not taken by the front end */
    bool echo;
    GMutex lock;                    /* of the rest */
    GByteArray *output;             /* for the terminal */
    guint feed_source;              /* brings `output` to it */
};

DECLARE_INSTANCE_CHECKER(DisplayGtkTerminal, DISPLAY_GTK_TERMINAL, TYPE_DISPLAY_GTK_TERMINAL)

static GPtrArray *terminals;        /* main thread */
static const DisplayGtkTerminalOps *watcher;
static void *watcher_opaque;

/* From the machine to the terminal */

static gboolean feed(void *opaque)
{
    DisplayGtkTerminal *terminal = opaque;
    g_autoptr(GByteArray) output = NULL;

    g_mutex_lock(&terminal->lock);
    output = terminal->output;
    terminal->output = g_byte_array_new();
    terminal->feed_source = 0;
    g_mutex_unlock(&terminal->lock);
    vte_terminal_feed(terminal->terminal, (const char *)output->data, output->len);
    return G_SOURCE_REMOVE;
}

/* With `lock` held. */
static void schedule_feed(DisplayGtkTerminal *terminal)
{
    if (terminal->terminal && !terminal->feed_source && terminal->output->len > 0) {
        terminal->feed_source = g_idle_add_full(G_PRIORITY_DEFAULT, feed, terminal, NULL);
    }
}

static void append_capped(GByteArray *array, const void *data, guint length, guint max)
{
    g_byte_array_append(array, data, length);
    if (array->len > max) {
        g_byte_array_remove_range(array, 0, array->len - max);
    }
}

/*
 * Everything is taken: writers that are told to wait do so with QEMU's lock held, which the main
 * thread needs to empty the buffer.
 */
static int chardev_write(Chardev *chr, const uint8_t *data, int length)
{
    DisplayGtkTerminal *terminal = DISPLAY_GTK_TERMINAL(chr);

    g_mutex_lock(&terminal->lock);
    append_capped(terminal->output, data, length, OUTPUT_BYTES_MAX);
    schedule_feed(terminal);
    g_mutex_unlock(&terminal->lock);
    return length;
}

/* From the keys to the machine */

static void send_input(DisplayGtkTerminal *terminal)
{
    Chardev *chr = CHARDEV(terminal);

    while (terminal->input->len > 0) {
        int room = qemu_chr_be_can_write(chr);
        int length = MIN(room, (int)MIN(terminal->input->len, INPUT_BYTES_MAX));

        if (length <= 0) {
            return;
        }
        /* the front end may ask for more while it is served */
        g_autofree uint8_t *data = g_memdup2(terminal->input->data, length);
        g_byte_array_remove_range(terminal->input, 0, length);
        qemu_chr_be_write(chr, data, length);
    }
}

/* What a terminal would show that echoes what is typed. */
static void echo_input(VteTerminal *terminal, const char *text, guint length)
{
    guint i;

    for (i = 0; i < length; i++) {
        if (text[i] == '\r') {
            vte_terminal_feed(terminal, "\r\n", 2);
        } else if (!g_ascii_iscntrl(text[i]) || text[i] == '\n' || text[i] == '\t') {
            vte_terminal_feed(terminal, &text[i], 1);
        }
    }
}

static void typed(VteTerminal *widget, const char *text, guint length, void *opaque)
{
    DisplayGtkTerminal *terminal = opaque;

    if (terminal->echo) {
        echo_input(widget, text, length);
    }
    append_capped(terminal->input, text, length, INPUT_BYTES_MAX);
    send_input(terminal);
}

static void chardev_accept_input(Chardev *chr)
{
    send_input(DISPLAY_GTK_TERMINAL(chr));
}

static void chardev_set_echo(Chardev *chr, bool echo)
{
    DISPLAY_GTK_TERMINAL(chr)->echo = echo;
}

/* The widget */

static void make_widget(DisplayGtkTerminal *terminal)
{
    VteTerminal *widget = VTE_TERMINAL(vte_terminal_new());
    GtkWidget *bar = gtk_scrollbar_new(GTK_ORIENTATION_VERTICAL,
                                       gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(widget)));

    vte_terminal_set_scrollback_lines(widget, SCROLLBACK_LINES);
    vte_terminal_set_audible_bell(widget, false);
    g_signal_connect(widget, "commit", G_CALLBACK(typed), terminal);
    terminal->box = g_object_ref_sink(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0));
    gtk_box_pack_start(GTK_BOX(terminal->box), GTK_WIDGET(widget), true, true, 0);
    gtk_box_pack_end(GTK_BOX(terminal->box), bar, false, false, 0);
    gtk_widget_show_all(terminal->box);
    g_mutex_lock(&terminal->lock);
    terminal->terminal = g_object_ref(widget);
    schedule_feed(terminal);
    g_mutex_unlock(&terminal->lock);
}

static void show(DisplayGtkTerminal *terminal)
{
    if (!terminal->box) {
        make_widget(terminal);
    }
    watcher->added(watcher_opaque, terminal);
}

void display_gtk_terminals_watch(const DisplayGtkTerminalOps *ops, void *opaque)
{
    guint i;

    watcher = ops;
    watcher_opaque = opaque;
    for (i = 0; watcher && terminals && i < terminals->len; i++) {
        show(g_ptr_array_index(terminals, i));
    }
}

const char *display_gtk_terminal_get_label(const DisplayGtkTerminal *terminal)
{
    return terminal->parent_obj.label;
}

GtkWidget *display_gtk_terminal_get_widget(const DisplayGtkTerminal *terminal)
{
    return terminal->box;
}

void display_gtk_terminal_focus(DisplayGtkTerminal *terminal)
{
    gtk_widget_grab_focus(GTK_WIDGET(terminal->terminal));
}

void display_gtk_terminal_copy(DisplayGtkTerminal *terminal)
{
    vte_terminal_copy_clipboard_format(terminal->terminal, VTE_FORMAT_TEXT);
}

void display_gtk_terminal_set_zoom(DisplayGtkTerminal *terminal, double zoom)
{
    vte_terminal_set_font_scale(terminal->terminal, CLAMP(zoom, ZOOM_MIN, ZOOM_MAX));
}

double display_gtk_terminal_get_zoom(const DisplayGtkTerminal *terminal)
{
    return vte_terminal_get_font_scale(terminal->terminal);
}

/* The device */

static void chardev_open(Chardev *chr, ChardevBackend *backend, bool *be_opened, Error **errp)
{
    DisplayGtkTerminal *terminal = DISPLAY_GTK_TERMINAL(chr);

    if (!terminals) {
        terminals = g_ptr_array_new();
    }
    g_ptr_array_add(terminals, terminal);
    if (watcher) {
        show(terminal);
    }
}

static void chardev_init(Object *obj)
{
    DisplayGtkTerminal *terminal = DISPLAY_GTK_TERMINAL(obj);

    g_mutex_init(&terminal->lock);
    terminal->input = g_byte_array_new();
    terminal->output = g_byte_array_new();
}

static void chardev_finalize(Object *obj)
{
    DisplayGtkTerminal *terminal = DISPLAY_GTK_TERMINAL(obj);

    if (terminals && g_ptr_array_remove(terminals, terminal) && watcher) {
        watcher->removed(watcher_opaque, terminal);
    }
    if (terminal->feed_source) {
        g_source_remove(terminal->feed_source);
    }
    if (terminal->terminal) {
        g_signal_handlers_disconnect_by_data(terminal->terminal, terminal);
        g_object_unref(terminal->terminal);
        g_object_unref(terminal->box);
    }
    g_byte_array_unref(terminal->input);
    g_byte_array_unref(terminal->output);
    g_mutex_clear(&terminal->lock);
}

static void class_init(ObjectClass *klass, void *data)
{
    ChardevClass *chardev = CHARDEV_CLASS(klass);

    chardev->parse = qemu_chr_parse_vc;
    chardev->open = chardev_open;
    chardev->chr_write = chardev_write;
    chardev->chr_accept_input = chardev_accept_input;
    chardev->chr_set_echo = chardev_set_echo;
}

void display_gtk_terminals_register_type(void)
{
    static const TypeInfo info = {
        .name = TYPE_DISPLAY_GTK_TERMINAL,
        .parent = TYPE_CHARDEV,
        .instance_size = sizeof(DisplayGtkTerminal),
        .instance_init = chardev_init,
        .instance_finalize = chardev_finalize,
        .class_init = class_init,
    };

    type_register(&info);
}
