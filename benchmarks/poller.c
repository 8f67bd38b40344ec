/* What does a poll of the fleet cost the kernel? A bare loop that sends and counts.
 *
 * Asks the same four GETs as benchmarks/snmp.py, one at a time per device, and looks at the
 * replies only as far as it must: request id and size. Prints the same JSON line.
 *
 *   poller -n DEVICES -c IN_FLIGHT -r ROUNDS -p PORT -t TIMEOUT -R RETRIES
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PARTS = 4, GROUP = 50, NAMES = 197, INTERFACES = 24, COLUMNS = 8 };

typedef struct { uint8_t data[2048]; int len, id_at, names; } Ask;
typedef struct { uint32_t id; double due; uint8_t part, tries, busy; } Device;

static Ask asks[PARTS];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int header(uint8_t *at, int tag, int len)
{
    at[0] = tag, at[1] = 0x82, at[2] = len >> 8, at[3] = len;
    return 4;
}

static void build(void)
{
    static const uint8_t scalars[] = { 1, 2, 3, 5, 6 }, table[] = { 8, 14, 20, 13 }, wide[] = { 6, 10, 7, 11 };
    uint8_t names[NAMES][16];
    int lens[NAMES], n = 0;
    for (int i = 0; i < 5; i++, n++)
        lens[n] = 8, memcpy(names[n], (uint8_t[]){ 43, 6, 1, 2, 1, 1, scalars[i], 0 }, 8);
    for (int c = 0; c < COLUMNS; c++)
        for (int row = 1; row <= INTERFACES; row++, n++)
            if (c < 4)
                lens[n] = 10, memcpy(names[n], (uint8_t[]){ 43, 6, 1, 2, 1, 2, 2, 1, table[c], row }, 10);
            else
                lens[n] = 11, memcpy(names[n], (uint8_t[]){ 43, 6, 1, 2, 1, 31, 1, 1, 1, wide[c - 4], row }, 11);
    for (int part = 0; part < PARTS; part++) {
        uint8_t bindings[1600], pdu[1700];
        int b = 0, p = 0;
        Ask *ask = &asks[part];
        for (int i = part * GROUP; i < NAMES && i < (part + 1) * GROUP; i++, ask->names++) {
            bindings[b++] = 0x30, bindings[b++] = lens[i] + 4, bindings[b++] = 6, bindings[b++] = lens[i];
            memcpy(bindings + b, names[i], lens[i]), b += lens[i];
            bindings[b++] = 5, bindings[b++] = 0;
        }
        memcpy(pdu, "\x02\x04\x41\0\0\0\x02\x01\0\x02\x01\0", 12), p = 12;
        p += header(pdu + p, 0x30, b), memcpy(pdu + p, bindings, b), p += b;
        int at = header(ask->data, 0x30, 3 + 8 + 4 + p);
        memcpy(ask->data + at, "\x02\x01\x01\x04\x06public", 11), at += 11;
        at += header(ask->data + at, 0xa0, p), ask->id_at = at + 2;
        memcpy(ask->data + at, pdu, p), ask->len = at + p;
    }
}

static struct sockaddr_in place(int k, int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
    a.sin_addr.s_addr = htonl(127u << 24 | (1 + (k >> 15)) << 16 | (k >> 7 & 255) << 8 | (1 + (k & 127)));
    return a;
}

static uint32_t serial;

static void ask(int sock, int k, Device *d, int port, double timeout)
{
    struct sockaddr_in to = place(k, port);
    Ask *a = &asks[d->part];
    d->id = 0x41000000 | (++serial & 0xffffff);
    d->tries++, d->due = now() + timeout;
    uint32_t id = htonl(d->id);
    memcpy(a->data + a->id_at, &id, 4);
    sendto(sock, a->data, a->len, 0, (struct sockaddr *)&to, sizeof to);
}

int main(int argc, char **argv)
{
    int n = 1000, flights = 500, rounds = 1, port = 16100, retries = 1, size = 16 << 20;
    double timeout = 1;
    for (int o; (o = getopt(argc, argv, "n:c:r:p:t:R:")) != -1;) {
        if (o == 'n') n = atoi(optarg);
        else if (o == 'c') flights = atoi(optarg);
        else if (o == 'r') rounds = atoi(optarg);
        else if (o == 'p') port = atoi(optarg);
        else if (o == 't') timeout = atof(optarg);
        else if (o == 'R') retries = atoi(optarg);
        else return 2;
    }
    build();
    int sock = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    long ok = 0, failed = 0, varbinds = 0;
    struct rusage before, used;
    getrusage(RUSAGE_SELF, &before);
    double begun = now(), checked = begun;
    for (int round = 0; round < rounds; round++) {
        Device *devices = calloc(n, sizeof *devices);
        int next = 0, done = 0, busy = 0;
        while (done < n) {
            while (next < n && busy < flights) busy++, devices[next].busy = 1, ask(sock, next, &devices[next], port, timeout), next++;
            struct pollfd p = { sock, POLLIN, 0 };
            poll(&p, 1, 50);
            uint8_t data[65536];
            struct sockaddr_in from;
            socklen_t len = sizeof from;
            for (int got; (got = recvfrom(sock, data, sizeof data, 0, (struct sockaddr *)&from, &len)) >= 0; len = sizeof from) {
                uint32_t a = ntohl(from.sin_addr.s_addr), id;
                int k = ((a >> 16 & 255) - 1) << 15 | (a >> 8 & 255) << 7 | ((a & 255) - 1);
                if (k < 0 || k >= n || !devices[k].busy || got < 40) continue;
                Device *d = &devices[k];
                uint32_t want = htonl(d->id);
                memcpy(&id, &want, 4);
                if (!memmem(data, 40, &id, 4)) continue;
                varbinds += asks[d->part].names;
                if (++d->part < PARTS) d->tries = 0, ask(sock, k, d, port, timeout);
                else d->busy = 0, ok++, done++, busy--;
            }
            if (now() - checked < 0.05) continue;
            checked = now();
            for (int k = 0; k < next; k++) {
                Device *d = &devices[k];
                if (!d->busy || d->due > checked) continue;
                if (d->tries <= retries) ask(sock, k, d, port, timeout);
                else d->busy = 0, failed++, done++, busy--;
            }
        }
        free(devices);
    }
    double wall = now() - begun;
    getrusage(RUSAGE_SELF, &used);
    double sys = used.ru_stime.tv_sec - before.ru_stime.tv_sec + (used.ru_stime.tv_usec - before.ru_stime.tv_usec) * 1e-6;
    double cpu = sys + used.ru_utime.tv_sec - before.ru_utime.tv_sec + (used.ru_utime.tv_usec - before.ru_utime.tv_usec) * 1e-6;
    double polls = (double)n * rounds;
    printf("{\"ok\":%ld,\"failed\":%ld,\"varbinds\":%ld,\"wall_s\":%.4f,\"cpu_s\":%.4f,\"sys_s\":%.4f,"
           "\"dev_per_s\":%.1f,\"cpu_ms_per_dev\":%.4f,\"dev_per_cpu_s\":%.1f,\"rss_mb\":%.1f,\"n\":%d}\n",
           ok, failed, varbinds, wall, cpu, sys, polls / wall, cpu * 1000 / polls, polls / cpu,
           used.ru_maxrss / 1024.0, n);
    return 0;
}
