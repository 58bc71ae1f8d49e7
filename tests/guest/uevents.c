/* SPDX-License-Identifier: GPL-2.0-or-later */
/* News of devices, see uevents.h. */
#include "uevents.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

int vgpu_uevents_open(void)
{
    struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    NETLINK_KOBJECT_UEVENT);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool vgpu_uevents_happened(int fd)
{
    char text[4096];
    bool happened = false;

    while (fd >= 0 && recv(fd, text, sizeof(text), 0) > 0) {
        happened = true;
    }
    return happened;
}
