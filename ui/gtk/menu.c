/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkMenu: actions, the bar that shows them and the keys that trigger them. */
#include "menu.h"

#include <glib/gi18n.h>
#include <locale.h>

#define ACTION_PREFIX "display"
#define CONSOLE_ACTION "console"
#define CONSOLE_KEYS 9
#define MODIFIERS (GDK_CONTROL_MASK | GDK_MOD1_MASK)

typedef struct ActionInfo {
    const char *name;
    const char *label;          /* a message of the translations that come with QEMU */
    bool has_state;
    guint keys[4];              /* the first one is shown */
} ActionInfo;

/*
 * With Control and Alt, XKB makes the keypad's + and - keys that change video modes.  X servers
 * keep these for themselves; under Wayland they come here.
 */
static const ActionInfo action_infos[DISPLAY_GTK_ACTIONS] = {
    [DISPLAY_GTK_PAUSE] = { "pause", N_("_Pause"), true },
    [DISPLAY_GTK_RESET] = { "reset", N_("_Reset") },
    [DISPLAY_GTK_POWER_DOWN] = { "power-down", N_("Power _Down") },
    [DISPLAY_GTK_QUIT] = { "quit", N_("_Quit"), .keys = { GDK_KEY_q } },
    [DISPLAY_GTK_FULL_SCREEN] = { "full-screen", N_("_Fullscreen"), true, { GDK_KEY_f } },
    [DISPLAY_GTK_COPY] = { "copy", N_("_Copy"), .keys = { GDK_KEY_c } },
    [DISPLAY_GTK_ZOOM_IN] = { "zoom-in", N_("Zoom _In"),
                              .keys = { GDK_KEY_plus, GDK_KEY_equal, GDK_KEY_KP_Add,
                                        GDK_KEY_Next_VMode } },
    [DISPLAY_GTK_ZOOM_OUT] = { "zoom-out", N_("Zoom _Out"),
                               .keys = { GDK_KEY_minus, GDK_KEY_KP_Subtract,
                                         GDK_KEY_Prev_VMode } },
    [DISPLAY_GTK_ZOOM_FIXED] = { "zoom-fixed", N_("Best _Fit"),
                                 .keys = { GDK_KEY_0, GDK_KEY_KP_0 } },
    [DISPLAY_GTK_ZOOM_FIT] = { "zoom-fit", N_("Zoom To _Fit"), true },
    [DISPLAY_GTK_GRAB_ON_HOVER] = { "grab-on-hover", N_("Grab On _Hover"), true },
    [DISPLAY_GTK_GRAB_INPUT] = { "grab-input", N_("_Grab Input"), true, { GDK_KEY_g } },
    [DISPLAY_GTK_SHOW_TABS] = { "show-tabs", N_("Show _Tabs"), true },
    [DISPLAY_GTK_DETACH_TAB] = { "detach-tab", N_("Detach Tab") },
    [DISPLAY_GTK_SHOW_MENU_BAR] = { "show-menu-bar", N_("Show Menubar"), true, { GDK_KEY_m } },
};

/* What a section of a menu shows, from the first to the last of the actions. */
typedef struct Section {
    DisplayGtkAction first;
    DisplayGtkAction last;
} Section;

static const Section machine_sections[] = {
    { DISPLAY_GTK_PAUSE, DISPLAY_GTK_PAUSE },
    { DISPLAY_GTK_RESET, DISPLAY_GTK_POWER_DOWN },
    { DISPLAY_GTK_QUIT, DISPLAY_GTK_QUIT },
};

static const Section view_sections[] = {
    { DISPLAY_GTK_FULL_SCREEN, DISPLAY_GTK_COPY },
    { DISPLAY_GTK_ZOOM_IN, DISPLAY_GTK_ZOOM_FIT },
    { DISPLAY_GTK_GRAB_ON_HOVER, DISPLAY_GTK_GRAB_INPUT },
};

static const Section tab_section = { DISPLAY_GTK_SHOW_TABS, DISPLAY_GTK_SHOW_MENU_BAR };

typedef struct ConsoleItem {
    guint id;
    char *label;
} ConsoleItem;

struct DisplayGtkMenu {
    const DisplayGtkMenuOps *ops;
    void *opaque;
    GSimpleActionGroup *actions;
    GtkAccelGroup *keys;
    GMenu *console_section;
    GPtrArray *consoles;            /* of ConsoleItem */
    GtkWidget *bar;
};

/* Actions */

static GSimpleAction *find_action(const DisplayGtkMenu *menu, const char *name)
{
    return G_SIMPLE_ACTION(g_action_map_lookup_action(G_ACTION_MAP(menu->actions), name));
}

static DisplayGtkAction number_of(GSimpleAction *action)
{
    return GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(action), ACTION_PREFIX));
}

static void action_activated(GSimpleAction *action, GVariant *parameter, void *opaque)
{
    DisplayGtkMenu *menu = opaque;

    menu->ops->activate(menu->opaque, number_of(action), true);
}

static void state_wanted(GSimpleAction *action, GVariant *wanted, void *opaque)
{
    DisplayGtkMenu *menu = opaque;

    menu->ops->activate(menu->opaque, number_of(action), g_variant_get_boolean(wanted));
}

static void console_wanted(GSimpleAction *action, GVariant *id, void *opaque)
{
    DisplayGtkMenu *menu = opaque;

    menu->ops->show_console(menu->opaque, g_variant_get_uint32(id));
}

static void add_action(DisplayGtkMenu *menu, DisplayGtkAction number)
{
    const ActionInfo *info = &action_infos[number];
    g_autoptr(GSimpleAction) action = NULL;

    if (info->has_state) {
        action = g_simple_action_new_stateful(info->name, NULL, g_variant_new_boolean(false));
        g_signal_connect(action, "change-state", G_CALLBACK(state_wanted), menu);
    } else {
        action = g_simple_action_new(info->name, NULL);
        g_signal_connect(action, "activate", G_CALLBACK(action_activated), menu);
    }
    g_object_set_data(G_OBJECT(action), ACTION_PREFIX, GUINT_TO_POINTER(number));
    g_action_map_add_action(G_ACTION_MAP(menu->actions), G_ACTION(action));
}

static void add_console_action(DisplayGtkMenu *menu)
{
    g_autoptr(GSimpleAction) action =
        g_simple_action_new_stateful(CONSOLE_ACTION, G_VARIANT_TYPE_UINT32,
                                     g_variant_new_uint32(G_MAXUINT32));

    g_signal_connect(action, "change-state", G_CALLBACK(console_wanted), menu);
    g_action_map_add_action(G_ACTION_MAP(menu->actions), G_ACTION(action));
}

/* Keys */

typedef struct Key {
    DisplayGtkMenu *menu;
    DisplayGtkAction action;        /* DISPLAY_GTK_ACTIONS: shows a console */
    guint console;                  /* from the first one */
} Key;

static void free_key(void *key, GClosure *closure)
{
    g_free(key);
}

/* Keys without a meaning just now are the guest's. */
static gboolean key_triggered(GtkAccelGroup *group, GObject *window, guint keyval,
                              GdkModifierType modifiers, void *opaque)
{
    const Key *key = opaque;
    DisplayGtkMenu *menu = key->menu;

    if (key->action == DISPLAY_GTK_ACTIONS) {
        if (key->console >= menu->consoles->len) {
            return GDK_EVENT_PROPAGATE;
        }
        menu->ops->show_console(menu->opaque,
                                ((ConsoleItem *)menu->consoles->pdata[key->console])->id);
        return GDK_EVENT_STOP;
    }
    if (!g_action_get_enabled(G_ACTION(find_action(menu, action_infos[key->action].name)))) {
        return GDK_EVENT_PROPAGATE;
    }
    menu->ops->activate(menu->opaque, key->action,
                        !display_gtk_menu_get_state(menu, key->action));
    return GDK_EVENT_STOP;
}

static void add_key(DisplayGtkMenu *menu, guint keyval, DisplayGtkAction action, guint console)
{
    Key *key = g_new0(Key, 1);

    key->menu = menu;
    key->action = action;
    key->console = console;
    gtk_accel_group_connect(menu->keys, keyval, MODIFIERS, GTK_ACCEL_VISIBLE,
                            g_cclosure_new(G_CALLBACK(key_triggered), key, free_key));
}

static void add_keys(DisplayGtkMenu *menu)
{
    DisplayGtkAction action;
    guint i;

    for (action = 0; action < DISPLAY_GTK_ACTIONS; action++) {
        for (i = 0; i < G_N_ELEMENTS(action_infos[action].keys); i++) {
            if (action_infos[action].keys[i]) {
                add_key(menu, action_infos[action].keys[i], action, 0);
            }
        }
    }
    for (i = 0; i < CONSOLE_KEYS; i++) {
        add_key(menu, GDK_KEY_1 + i, DISPLAY_GTK_ACTIONS, i);
    }
}

void display_gtk_menu_attach(DisplayGtkMenu *menu, GtkWindow *window)
{
    gtk_window_add_accel_group(window, menu->keys);
    /* F10 is the guest's */
    g_object_set(gtk_widget_get_settings(GTK_WIDGET(window)), "gtk-menu-bar-accel", "", NULL);
}

/* The bar */

/* QEMU stays in its C locale but for what it says. */
static void choose_language(void)
{
    setlocale(LC_MESSAGES, "");
    bind_textdomain_codeset("qemu", "UTF-8");
}

static const char *translate(const char *label)
{
    return g_dgettext("qemu", label);
}

/* A mnemonic of the bar would take Alt and its letter from the guest. */
static char *without_mnemonic(const char *label)
{
    g_auto(GStrv) parts = g_strsplit(label, "_", -1);

    return g_strjoinv("", parts);
}

static void set_key(GMenuItem *item, guint keyval)
{
    g_autofree char *key = keyval ? gtk_accelerator_name(keyval, MODIFIERS) : NULL;

    if (key) {
        g_menu_item_set_attribute(item, "accel", "s", key);
    }
}

static void add_section(GMenu *menu, const Section *section)
{
    g_autoptr(GMenu) items = g_menu_new();
    DisplayGtkAction action;

    for (action = section->first; action <= section->last; action++) {
        const ActionInfo *info = &action_infos[action];
        g_autofree char *name = g_strdup_printf(ACTION_PREFIX ".%s", info->name);
        g_autoptr(GMenuItem) item = g_menu_item_new(translate(info->label), name);

        set_key(item, info->keys[0]);
        g_menu_append_item(items, item);
    }
    g_menu_append_section(menu, NULL, G_MENU_MODEL(items));
}

static void add_submenu(GMenu *bar, const char *label, GMenu *submenu)
{
    g_autofree char *plain = without_mnemonic(translate(label));

    g_menu_append_submenu(bar, plain, G_MENU_MODEL(submenu));
}

static GtkWidget *make_bar(DisplayGtkMenu *menu)
{
    g_autoptr(GMenu) bar = g_menu_new();
    g_autoptr(GMenu) machine = g_menu_new();
    g_autoptr(GMenu) view = g_menu_new();
    GtkWidget *widget;
    guint i;

    for (i = 0; i < G_N_ELEMENTS(machine_sections); i++) {
        add_section(machine, &machine_sections[i]);
    }
    for (i = 0; i < G_N_ELEMENTS(view_sections); i++) {
        add_section(view, &view_sections[i]);
    }
    g_menu_append_section(view, NULL, G_MENU_MODEL(menu->console_section));
    add_section(view, &tab_section);
    add_submenu(bar, N_("_Machine"), machine);
    add_submenu(bar, N_("_View"), view);
    widget = gtk_menu_bar_new_from_model(G_MENU_MODEL(bar));
    gtk_widget_insert_action_group(widget, ACTION_PREFIX, G_ACTION_GROUP(menu->actions));
    return widget;
}

GtkWidget *display_gtk_menu_get_bar(const DisplayGtkMenu *menu)
{
    return menu->bar;
}

/* States */

void display_gtk_menu_set_state(DisplayGtkMenu *menu, DisplayGtkAction action, bool on)
{
    g_simple_action_set_state(find_action(menu, action_infos[action].name),
                              g_variant_new_boolean(on));
}

void display_gtk_menu_set_enabled(DisplayGtkMenu *menu, DisplayGtkAction action, bool enabled)
{
    g_simple_action_set_enabled(find_action(menu, action_infos[action].name), enabled);
}

bool display_gtk_menu_get_state(const DisplayGtkMenu *menu, DisplayGtkAction action)
{
    g_autoptr(GVariant) state = NULL;

    if (!action_infos[action].has_state) {
        return false;
    }
    state = g_action_get_state(G_ACTION(find_action(menu, action_infos[action].name)));
    return g_variant_get_boolean(state);
}

/* Consoles */

static void free_console(void *opaque)
{
    ConsoleItem *console = opaque;

    g_free(console->label);
    g_free(console);
}

/* Underscores in the names of devices are no mnemonics. */
static char *escape_mnemonic(const char *label)
{
    g_auto(GStrv) parts = g_strsplit(label, "_", -1);

    return g_strjoinv("__", parts);
}

static void list_consoles(DisplayGtkMenu *menu)
{
    guint i;

    g_menu_remove_all(menu->console_section);
    for (i = 0; i < menu->consoles->len; i++) {
        const ConsoleItem *console = menu->consoles->pdata[i];
        g_autofree char *label = escape_mnemonic(console->label);
        g_autoptr(GMenuItem) item = g_menu_item_new(label, NULL);

        g_menu_item_set_action_and_target(item, ACTION_PREFIX "." CONSOLE_ACTION, "u", console->id);
        set_key(item, i < CONSOLE_KEYS ? GDK_KEY_1 + i : 0);
        g_menu_append_item(menu->console_section, item);
    }
}

void display_gtk_menu_add_console(DisplayGtkMenu *menu, guint id, const char *label)
{
    ConsoleItem *console = g_new0(ConsoleItem, 1);

    console->id = id;
    console->label = g_strdup(label);
    g_ptr_array_add(menu->consoles, console);
    list_consoles(menu);
}

void display_gtk_menu_remove_console(DisplayGtkMenu *menu, guint id)
{
    guint i;

    for (i = 0; i < menu->consoles->len; i++) {
        if (((ConsoleItem *)menu->consoles->pdata[i])->id == id) {
            g_ptr_array_remove_index(menu->consoles, i);
            break;
        }
    }
    list_consoles(menu);
}

void display_gtk_menu_select_console(DisplayGtkMenu *menu, guint id)
{
    g_simple_action_set_state(find_action(menu, CONSOLE_ACTION), g_variant_new_uint32(id));
}

/* All of it */

DisplayGtkMenu *display_gtk_menu_new(const DisplayGtkMenuOps *ops, void *opaque)
{
    DisplayGtkMenu *menu = g_new0(DisplayGtkMenu, 1);
    DisplayGtkAction action;

    choose_language();
    menu->ops = ops;
    menu->opaque = opaque;
    menu->actions = g_simple_action_group_new();
    for (action = 0; action < DISPLAY_GTK_ACTIONS; action++) {
        add_action(menu, action);
    }
    add_console_action(menu);
    menu->keys = gtk_accel_group_new();
    add_keys(menu);
    menu->console_section = g_menu_new();
    menu->consoles = g_ptr_array_new_with_free_func(free_console);
    menu->bar = g_object_ref_sink(make_bar(menu));
    return menu;
}

void display_gtk_menu_free(DisplayGtkMenu *menu)
{
    if (!menu) {
        return;
    }
    /* windows may hold the keys for longer */
    gtk_accel_group_disconnect(menu->keys, NULL);
    g_object_unref(menu->keys);
    gtk_widget_insert_action_group(menu->bar, ACTION_PREFIX, NULL);
    g_object_unref(menu->bar);
    g_object_unref(menu->console_section);
    g_ptr_array_unref(menu->consoles);
    g_object_unref(menu->actions);
    g_free(menu);
}
