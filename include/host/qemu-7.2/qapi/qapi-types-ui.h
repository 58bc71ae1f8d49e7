/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated types of the host's management interface: displays and their options, input names.
 */
#ifndef HOST_QEMU_QAPI_QAPI_TYPES_UI_H
#define HOST_QEMU_QAPI_QAPI_TYPES_UI_H

#include "qemu/osdep.h"
#include "host-layout.h"
#include "qapi/util.h"

typedef enum DisplayType {
    DISPLAY_TYPE_DEFAULT = 0,
    DISPLAY_TYPE_NONE = 1,
    DISPLAY_TYPE_GTK = 2,
    DISPLAY_TYPE_SDL = 3,
    DISPLAY_TYPE_EGL_HEADLESS = 4,
    DISPLAY_TYPE_CURSES = 5,
    DISPLAY_TYPE_SPICE_APP = 6,
    DISPLAY_TYPE_DBUS = 7,
    DISPLAY_TYPE__MAX = 8,
} DisplayType;

typedef enum DisplayGLMode {
    DISPLAYGL_MODE_OFF = 0,
    DISPLAYGL_MODE_ON = 1,
    DISPLAYGL_MODE_CORE = 2,
    DISPLAYGL_MODE_ES = 3,
    DISPLAYGL_MODE__MAX = 4,
} DisplayGLMode;

typedef struct DisplayGTK {
    bool has_grab_on_hover;
    bool grab_on_hover;
    bool has_zoom_to_fit;
    bool zoom_to_fit;
    bool has_show_tabs;
    bool show_tabs;
    bool has_show_menubar;
    bool show_menubar;
} DisplayGTK;
HOST_LAYOUT(DisplayGTK, 8);
HOST_LAYOUT_AT(DisplayGTK, show_menubar, 7);

typedef struct DisplayEGLHeadless {
    bool has_rendernode;
    char *rendernode;
} DisplayEGLHeadless;
HOST_LAYOUT(DisplayEGLHeadless, 16);
HOST_LAYOUT_AT(DisplayEGLHeadless, rendernode, 8);

typedef struct DisplayDBus {
    bool has_rendernode;
    char *rendernode;
    bool has_addr;
    char *addr;
    bool has_p2p;
    bool p2p;
    bool has_audiodev;
    char *audiodev;
} DisplayDBus;
HOST_LAYOUT(DisplayDBus, 48);
HOST_LAYOUT_AT(DisplayDBus, rendernode, 8);
HOST_LAYOUT_AT(DisplayDBus, addr, 24);
HOST_LAYOUT_AT(DisplayDBus, p2p, 33);
HOST_LAYOUT_AT(DisplayDBus, has_audiodev, 34);
HOST_LAYOUT_AT(DisplayDBus, audiodev, 40);

typedef struct DisplayOptions {
    DisplayType type;
    bool has_full_screen;
    bool full_screen;
    bool has_window_close;
    bool window_close;
    bool has_show_cursor;
    bool show_cursor;
    bool has_gl;
    DisplayGLMode gl;
    union {
        DisplayGTK gtk;
        DisplayEGLHeadless egl_headless;
        DisplayDBus dbus;
        uint8_t host_pad0[48];
    } u;
} DisplayOptions;
HOST_LAYOUT(DisplayOptions, 64);
HOST_LAYOUT_AT(DisplayOptions, has_full_screen, 4);
HOST_LAYOUT_AT(DisplayOptions, show_cursor, 9);
HOST_LAYOUT_AT(DisplayOptions, has_gl, 10);
HOST_LAYOUT_AT(DisplayOptions, gl, 12);
HOST_LAYOUT_AT(DisplayOptions, u, 16);

typedef enum InputButton {
    INPUT_BUTTON_LEFT = 0,
    INPUT_BUTTON_MIDDLE = 1,
    INPUT_BUTTON_RIGHT = 2,
    INPUT_BUTTON_WHEEL_UP = 3,
    INPUT_BUTTON_WHEEL_DOWN = 4,
    INPUT_BUTTON_SIDE = 5,
    INPUT_BUTTON_EXTRA = 6,
    INPUT_BUTTON_WHEEL_LEFT = 7,
    INPUT_BUTTON_WHEEL_RIGHT = 8,
    INPUT_BUTTON__MAX = 9,
} InputButton;

typedef enum InputAxis {
    INPUT_AXIS_X = 0,
    INPUT_AXIS_Y = 1,
    INPUT_AXIS__MAX = 2,
} InputAxis;

typedef enum QKeyCode {
    Q_KEY_CODE_UNMAPPED = 0,
    Q_KEY_CODE_SHIFT = 1,
    Q_KEY_CODE_SHIFT_R = 2,
    Q_KEY_CODE_ALT = 3,
    Q_KEY_CODE_ALT_R = 4,
    Q_KEY_CODE_CTRL = 5,
    Q_KEY_CODE_CTRL_R = 6,
    Q_KEY_CODE_MENU = 7,
    Q_KEY_CODE_ESC = 8,
    Q_KEY_CODE_1 = 9,
    Q_KEY_CODE_2 = 10,
    Q_KEY_CODE_3 = 11,
    Q_KEY_CODE_4 = 12,
    Q_KEY_CODE_5 = 13,
    Q_KEY_CODE_6 = 14,
    Q_KEY_CODE_7 = 15,
    Q_KEY_CODE_8 = 16,
    Q_KEY_CODE_9 = 17,
    Q_KEY_CODE_0 = 18,
    Q_KEY_CODE_MINUS = 19,
    Q_KEY_CODE_EQUAL = 20,
    Q_KEY_CODE_BACKSPACE = 21,
    Q_KEY_CODE_TAB = 22,
    Q_KEY_CODE_Q = 23,
    Q_KEY_CODE_W = 24,
    Q_KEY_CODE_E = 25,
    Q_KEY_CODE_R = 26,
    Q_KEY_CODE_T = 27,
    Q_KEY_CODE_Y = 28,
    Q_KEY_CODE_U = 29,
    Q_KEY_CODE_I = 30,
    Q_KEY_CODE_O = 31,
    Q_KEY_CODE_P = 32,
    Q_KEY_CODE_BRACKET_LEFT = 33,
    Q_KEY_CODE_BRACKET_RIGHT = 34,
    Q_KEY_CODE_RET = 35,
    Q_KEY_CODE_A = 36,
    Q_KEY_CODE_S = 37,
    Q_KEY_CODE_D = 38,
    Q_KEY_CODE_F = 39,
    Q_KEY_CODE_G = 40,
    Q_KEY_CODE_H = 41,
    Q_KEY_CODE_J = 42,
    Q_KEY_CODE_K = 43,
    Q_KEY_CODE_L = 44,
    Q_KEY_CODE_SEMICOLON = 45,
    Q_KEY_CODE_APOSTROPHE = 46,
    Q_KEY_CODE_GRAVE_ACCENT = 47,
    Q_KEY_CODE_BACKSLASH = 48,
    Q_KEY_CODE_Z = 49,
    Q_KEY_CODE_X = 50,
    Q_KEY_CODE_C = 51,
    Q_KEY_CODE_V = 52,
    Q_KEY_CODE_B = 53,
    Q_KEY_CODE_N = 54,
    Q_KEY_CODE_M = 55,
    Q_KEY_CODE_COMMA = 56,
    Q_KEY_CODE_DOT = 57,
    Q_KEY_CODE_SLASH = 58,
    Q_KEY_CODE_ASTERISK = 59,
    Q_KEY_CODE_SPC = 60,
    Q_KEY_CODE_CAPS_LOCK = 61,
    Q_KEY_CODE_F1 = 62,
    Q_KEY_CODE_F2 = 63,
    Q_KEY_CODE_F3 = 64,
    Q_KEY_CODE_F4 = 65,
    Q_KEY_CODE_F5 = 66,
    Q_KEY_CODE_F6 = 67,
    Q_KEY_CODE_F7 = 68,
    Q_KEY_CODE_F8 = 69,
    Q_KEY_CODE_F9 = 70,
    Q_KEY_CODE_F10 = 71,
    Q_KEY_CODE_NUM_LOCK = 72,
    Q_KEY_CODE_SCROLL_LOCK = 73,
    Q_KEY_CODE_KP_DIVIDE = 74,
    Q_KEY_CODE_KP_MULTIPLY = 75,
    Q_KEY_CODE_KP_SUBTRACT = 76,
    Q_KEY_CODE_KP_ADD = 77,
    Q_KEY_CODE_KP_ENTER = 78,
    Q_KEY_CODE_KP_DECIMAL = 79,
    Q_KEY_CODE_SYSRQ = 80,
    Q_KEY_CODE_KP_0 = 81,
    Q_KEY_CODE_KP_1 = 82,
    Q_KEY_CODE_KP_2 = 83,
    Q_KEY_CODE_KP_3 = 84,
    Q_KEY_CODE_KP_4 = 85,
    Q_KEY_CODE_KP_5 = 86,
    Q_KEY_CODE_KP_6 = 87,
    Q_KEY_CODE_KP_7 = 88,
    Q_KEY_CODE_KP_8 = 89,
    Q_KEY_CODE_KP_9 = 90,
    Q_KEY_CODE_LESS = 91,
    Q_KEY_CODE_F11 = 92,
    Q_KEY_CODE_F12 = 93,
    Q_KEY_CODE_PRINT = 94,
    Q_KEY_CODE_HOME = 95,
    Q_KEY_CODE_PGUP = 96,
    Q_KEY_CODE_PGDN = 97,
    Q_KEY_CODE_END = 98,
    Q_KEY_CODE_LEFT = 99,
    Q_KEY_CODE_UP = 100,
    Q_KEY_CODE_DOWN = 101,
    Q_KEY_CODE_RIGHT = 102,
    Q_KEY_CODE_INSERT = 103,
    Q_KEY_CODE_DELETE = 104,
    Q_KEY_CODE_STOP = 105,
    Q_KEY_CODE_AGAIN = 106,
    Q_KEY_CODE_PROPS = 107,
    Q_KEY_CODE_UNDO = 108,
    Q_KEY_CODE_FRONT = 109,
    Q_KEY_CODE_COPY = 110,
    Q_KEY_CODE_OPEN = 111,
    Q_KEY_CODE_PASTE = 112,
    Q_KEY_CODE_FIND = 113,
    Q_KEY_CODE_CUT = 114,
    Q_KEY_CODE_LF = 115,
    Q_KEY_CODE_HELP = 116,
    Q_KEY_CODE_META_L = 117,
    Q_KEY_CODE_META_R = 118,
    Q_KEY_CODE_COMPOSE = 119,
    Q_KEY_CODE_PAUSE = 120,
    Q_KEY_CODE_RO = 121,
    Q_KEY_CODE_HIRAGANA = 122,
    Q_KEY_CODE_HENKAN = 123,
    Q_KEY_CODE_YEN = 124,
    Q_KEY_CODE_MUHENKAN = 125,
    Q_KEY_CODE_KATAKANAHIRAGANA = 126,
    Q_KEY_CODE_KP_COMMA = 127,
    Q_KEY_CODE_KP_EQUALS = 128,
    Q_KEY_CODE_POWER = 129,
    Q_KEY_CODE_SLEEP = 130,
    Q_KEY_CODE_WAKE = 131,
    Q_KEY_CODE_AUDIONEXT = 132,
    Q_KEY_CODE_AUDIOPREV = 133,
    Q_KEY_CODE_AUDIOSTOP = 134,
    Q_KEY_CODE_AUDIOPLAY = 135,
    Q_KEY_CODE_AUDIOMUTE = 136,
    Q_KEY_CODE_VOLUMEUP = 137,
    Q_KEY_CODE_VOLUMEDOWN = 138,
    Q_KEY_CODE_MEDIASELECT = 139,
    Q_KEY_CODE_MAIL = 140,
    Q_KEY_CODE_CALCULATOR = 141,
    Q_KEY_CODE_COMPUTER = 142,
    Q_KEY_CODE_AC_HOME = 143,
    Q_KEY_CODE_AC_BACK = 144,
    Q_KEY_CODE_AC_FORWARD = 145,
    Q_KEY_CODE_AC_REFRESH = 146,
    Q_KEY_CODE_AC_BOOKMARKS = 147,
    Q_KEY_CODE_LANG1 = 148,
    Q_KEY_CODE_LANG2 = 149,
    Q_KEY_CODE__MAX = 150,
} QKeyCode;

typedef struct VncServerInfo2List VncServerInfo2List;
typedef struct VncClientInfoList VncClientInfoList;

typedef struct VncInfo2 {
    char *id;
    VncServerInfo2List *server;
    VncClientInfoList *clients;
    char host_pad1[24];
} VncInfo2;
HOST_LAYOUT(VncInfo2, 48);
HOST_LAYOUT_AT(VncInfo2, clients, 16);

typedef struct VncInfo2List VncInfo2List;
struct VncInfo2List {
    VncInfo2List *next;
    VncInfo2 *value;
};
HOST_LAYOUT(VncInfo2List, 16);
HOST_LAYOUT_AT(VncInfo2List, value, 8);

void qapi_free_VncInfo2List(VncInfo2List *obj);

extern const struct QEnumLookup DisplayGLMode_lookup;

#define DisplayGLMode_str(mode) qapi_enum_lookup(&DisplayGLMode_lookup, (mode))

#endif
