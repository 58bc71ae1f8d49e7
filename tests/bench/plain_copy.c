/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least that a copy of scattered pages can cost: one loop over the pages, in the order of the list.
 *
 * plain-copy FILE PAGES: FILE is the guest's memory, PAGES has one offset of 4096 bytes a line. Then for
 * every number N read from standard input it copies everything N times and prints the nanoseconds of
 * CPU time that took.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#define PAGE 4096
#define MAX_PAGES 65536

static unsigned long long cpu_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static size_t read_pages(const char *path, size_t *offsets)
{
    FILE *file = fopen(path, "r");
    size_t count = 0;

    while (file && count < MAX_PAGES && fscanf(file, "%zu", &offsets[count]) == 1) {
        count++;
    }
    if (file) {
        fclose(file);
    }
    return count;
}

int main(int argc, char **argv)
{
    static size_t offsets[MAX_PAGES];
    struct stat info;
    const char *from;
    char *to;
    size_t count;
    int fd, times;

    if (argc != 3 || (fd = open(argv[1], O_RDWR)) < 0 || fstat(fd, &info) < 0) {
        return 1;
    }
    count = read_pages(argv[2], offsets);
    from = mmap(NULL, info.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    to = calloc(count, PAGE);
    if (!count || from == MAP_FAILED || !to) {
        return 1;
    }
    while (scanf("%d", &times) == 1) {
        unsigned long long start = cpu_ns();

        for (int i = 0; i < times; i++) {
            for (size_t page = 0; page < count; page++) {
                memcpy(to + page * PAGE, from + offsets[page], PAGE);
            }
            __asm__ volatile("" : : "r"(to) : "memory");
        }
        printf("%llu\n", cpu_ns() - start);
        fflush(stdout);
    }
    return 0;
}
