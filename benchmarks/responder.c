/* A fleet of SNMP agents in one process: every address of 127/8 is a device of its own.
 *
 * Answers GET, GETNEXT and GETBULK (v1, v2c) over the system group and IF-MIB (ifTable,
 * ifXTable). A reply leaves from the address that was asked. Values follow from the address,
 * the name and the time alone, so every run meets the same fleet.
 *
 *   responder -p PORT [-i INTERFACES] [-r RTT_MS] [-d DEAD_%] [-l LOSS_%] [-m LARGEST_REPLY]
 *             [-x HOSTILE_%] [-k KIND] [-c COMMUNITY] [-t LIFE_S]
 *
 * KIND: truncated random wrongid huge empty duplicate late toobig header community source
 * Control datagrams: "S" answers counters in JSON, "R" resets them.
 * A device is dead if mix(address) % 1000 < 10 * DEAD_%; see mix() below.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
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

enum { BATCH = 64, REQUEST = 4096, MOST_OIDS = 65536, MOST_BINDINGS = 1024 };
enum { INTEGER = 0x02, STRING = 0x04, OBJECT = 0x06, COUNTER32 = 0x41, GAUGE32 = 0x42,
       TICKS = 0x43, COUNTER64 = 0x46, NO_SUCH_INSTANCE = 0x81, END_OF_MIB = 0x82 };

typedef struct {
    uint8_t name[20];
    uint32_t ids[16];
    uint8_t name_len, ids_len, tag, column;
    uint16_t row;
} Entry;

typedef struct Reply {
    struct Reply *next;
    double due;
    struct sockaddr_in to;
    struct in_addr from;
    int len;
    uint8_t data[];
} Reply;

typedef struct { Reply *head, *tail; } Queue;

static Entry table[MOST_OIDS];
static int entries;
static uint32_t slots[MOST_OIDS * 2];
static struct { uint64_t requests, replies, varbinds, dropped, hostile, bytes_in, bytes_out; } seen;

static int interfaces = 24, largest = 65000, life;
static double rtt, dead, loss, hostile;
static const char *kind = "", *community = "public";
static uint64_t dice = 88172645463325252ull;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static double chance(void)
{
    dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
    return (dice >> 11) * (1.0 / 9007199254740992.0);
}

static uint32_t mix(uint32_t x)
{
    x ^= x >> 16, x *= 0x7feb352du, x ^= x >> 15, x *= 0x846ca68bu, x ^= x >> 16;
    return x;
}

static uint32_t name_hash(const uint8_t *name, int len)
{
    uint32_t h = 2166136261u;
    for (int i = 0; i < len; i++) h = (h ^ name[i]) * 16777619u;
    return h;
}

static void add(int tag, int column, int row, const char *dotted)
{
    Entry *e = &table[entries];
    char copy[128], *part, *rest = copy;
    snprintf(copy, sizeof copy, "%s.%d", dotted, row);
    while ((part = strsep(&rest, "."))) e->ids[e->ids_len++] = strtoul(part, 0, 10);
    e->name[e->name_len++] = e->ids[0] * 40 + e->ids[1];
    for (int i = 2; i < e->ids_len; i++) {
        if (e->ids[i] >= 128) e->name[e->name_len++] = 0x80 | e->ids[i] >> 7;
        e->name[e->name_len++] = e->ids[i] & 127;
    }
    e->tag = tag, e->column = column, e->row = row;
    uint32_t at = name_hash(e->name, e->name_len) % (MOST_OIDS * 2);
    while (slots[at]) at = (at + 1) % (MOST_OIDS * 2);
    slots[at] = ++entries;
}

static void build(void)
{
    static const uint8_t system_tags[] = { 0, STRING, OBJECT, TICKS, STRING, STRING, STRING, INTEGER };
    static const uint8_t if_tags[] = { 0, INTEGER, STRING, INTEGER, INTEGER, GAUGE32, STRING, INTEGER,
        INTEGER, TICKS, COUNTER32, COUNTER32, COUNTER32, COUNTER32, COUNTER32, COUNTER32, COUNTER32,
        COUNTER32, COUNTER32, COUNTER32, COUNTER32, GAUGE32 };
    static const uint8_t ifx_tags[] = { 0, STRING, COUNTER32, COUNTER32, COUNTER32, COUNTER32, COUNTER64,
        COUNTER64, COUNTER64, COUNTER64, COUNTER64, COUNTER64, COUNTER64, COUNTER64, INTEGER, GAUGE32,
        INTEGER, INTEGER, STRING, TICKS };
    char name[64];
    for (int c = 1; c <= 7; c++) {
        snprintf(name, sizeof name, "1.3.6.1.2.1.1.%d", c);
        add(system_tags[c], c, 0, name);
    }
    add(INTEGER, 8, 0, "1.3.6.1.2.1.2.1");
    for (int c = 1; c <= 21; c++)
        for (int row = 1; row <= interfaces; row++) {
            snprintf(name, sizeof name, "1.3.6.1.2.1.2.2.1.%d", c);
            add(if_tags[c], 20 + c, row, name);
        }
    for (int c = 1; c <= 19; c++)
        for (int row = 1; row <= interfaces; row++) {
            snprintf(name, sizeof name, "1.3.6.1.2.1.31.1.1.1.%d", c);
            add(ifx_tags[c], 50 + c, row, name);
        }
    add(TICKS, 9, 0, "1.3.6.1.2.1.31.1.5");
}

static int find(const uint8_t *name, int len)
{
    uint32_t at = name_hash(name, len) % (MOST_OIDS * 2);
    for (; slots[at]; at = (at + 1) % (MOST_OIDS * 2)) {
        Entry *e = &table[slots[at] - 1];
        if (e->name_len == len && !memcmp(e->name, name, len)) return slots[at] - 1;
    }
    return -1;
}

static int after(const uint8_t *name, int len)
{
    uint32_t ids[128];
    int n = 0, exact = find(name, len), low = 0, high = entries;
    if (exact >= 0) return exact + 1;
    uint32_t id = 0;
    for (int i = 0; i < len && n < 120; i++) {
        id = id << 7 | (name[i] & 127);
        if (name[i] < 128) {
            if (!n) ids[n++] = id / 40 > 2 ? 2 : id / 40, ids[n++] = id - 40 * ids[0];
            else ids[n++] = id;
            id = 0;
        }
    }
    while (low < high) {
        int middle = (low + high) / 2, i = 0;
        Entry *e = &table[middle];
        while (i < n && i < e->ids_len && ids[i] == e->ids[i]) i++;
        int less = i == e->ids_len ? i <= n : i < n && e->ids[i] < ids[i];
        if (less) low = middle + 1;
        else high = middle;
    }
    return low;
}

static int put_number(uint8_t *at, int tag, uint64_t value)
{
    int size = 1;
    while (size < 9 && (size == 8 ? value >> 63 : value >> (8 * size - 1))) size++;
    at[0] = tag, at[1] = size;
    for (int i = 0; i < size; i++) at[2 + i] = size - 1 - i > 7 ? 0 : value >> 8 * (size - 1 - i);
    return 2 + size;
}

static int put_text(uint8_t *at, int tag, const void *text, int len)
{
    at[0] = tag, at[1] = len;
    memcpy(at + 2, text, len);
    return 2 + len;
}

static int put_value(uint8_t *at, const Entry *e, uint32_t device, double t)
{
    char text[120];
    uint32_t seed = mix(device ^ mix(e->column * 4099u + e->row));
    switch (e->tag) {
    case STRING:
        if (e->column == 1) snprintf(text, sizeof text, "Fleet simulator, %d interfaces", interfaces);
        else if (e->column == 5) snprintf(text, sizeof text, "dev-%08x", device);
        else if (e->column < 10) snprintf(text, sizeof text, "fleet");
        else if (e->column == 26) return put_text(at, STRING, &seed, 4);
        else if (e->column == 68) snprintf(text, sizeof text, "to site %d", e->row);
        else snprintf(text, sizeof text, "ge-0/0/%d", e->row - 1);
        return put_text(at, STRING, text, strlen(text));
    case OBJECT:
        return put_text(at, OBJECT, "\x2b\x06\x01\x04\x01\xbf\x08\xce\x0f", 9);
    case TICKS:
        if (e->column == 3) return put_number(at, TICKS, (uint32_t)(device % 100000 * 100 + t * 100));
        return put_number(at, TICKS, 4200);
    case INTEGER:
        if (e->column == 21) return put_number(at, INTEGER, e->row);
        if (e->column == 23) return put_number(at, INTEGER, 6);
        if (e->column == 24) return put_number(at, INTEGER, 1500);
        if (e->column == 8) return put_number(at, INTEGER, interfaces);
        if (e->column == 7) return put_number(at, INTEGER, 78);
        if (e->column == 28) return put_number(at, INTEGER, 1 + (e->row == 5));
        return put_number(at, INTEGER, 1);
    case GAUGE32:
        return put_number(at, GAUGE32, e->column == 65 ? 1000 : e->column == 25 ? 1000000000 : 0);
    case COUNTER32: {
        int octets = e->column == 30 || e->column == 36;
        return put_number(at, COUNTER32, (uint32_t)(seed / 4096 + (octets ? 12500.0 : 0.1) * e->row * t));
    }
    default: {
        int octets = e->column == 56 || e->column == 60;
        uint64_t start = (uint64_t)seed * (octets ? 4000 : 5);
        return put_number(at, COUNTER64, start + (uint64_t)((octets ? 125000.0 : 120.0) * e->row * t));
    }
    }
}

static int length_size(int len) { return len < 128 ? 1 : len < 256 ? 2 : 3; }

static int put_header(uint8_t *at, int tag, int len)
{
    at[0] = tag;
    if (len < 128) at[1] = len;
    else if (len < 256) at[1] = 0x81, at[2] = len;
    else at[1] = 0x82, at[2] = len >> 8, at[3] = len;
    return 1 + length_size(len);
}

static int whole(int len) { return 1 + length_size(len) + len; }

/* Open an element inside [*at, end): its content begins at *at afterwards, its end is returned. */
static const uint8_t *enter(const uint8_t **at, const uint8_t *end, int tag)
{
    const uint8_t *p = *at;
    if (end - p < 2 || (tag >= 0 && p[0] != tag)) return 0;
    uint32_t len = p[1];
    p += 2;
    if (len & 128) {
        int n = len & 127;
        if (n < 1 || n > 3 || end - p < n) return 0;
        for (len = 0; n; n--) len = len << 8 | *p++;
    }
    if (len > (uint32_t)(end - p)) return 0;
    *at = p;
    return p + len;
}

static int number(const uint8_t **at, const uint8_t *end)
{
    const uint8_t *stop = enter(at, end, INTEGER);
    if (!stop) return -1;
    int value = 0;
    while (*at < stop) value = value << 8 | *(*at)++;
    return value;
}

static int put_binding(uint8_t *at, int entry, const uint8_t *name, int name_len, int missing,
                       uint32_t device, double t)
{
    uint8_t value[140];
    const Entry *e = entry >= 0 && entry < entries ? &table[entry] : 0;
    int value_len = e ? put_value(value, e, device, t) : put_text(value, missing, "", 0);
    if (e) name = e->name, name_len = e->name_len;
    int n = put_header(at, 0x30, 2 + name_len + value_len);
    n += put_text(at + n, OBJECT, name, name_len);
    memcpy(at + n, value, value_len);
    return n + value_len;
}

typedef struct {
    const uint8_t *community, *id, *bindings;
    int version, pdu, community_len, id_len, first, second, bindings_len;
} Request;

static int parse(const uint8_t *data, int len, Request *q)
{
    const uint8_t *at = data, *end = data + len, *stop;
    if (!(end = enter(&at, end, 0x30))) return 0;
    if ((q->version = number(&at, end)) < 0 || q->version > 1) return 0;
    if (!(stop = enter(&at, end, STRING))) return 0;
    q->community = at, q->community_len = stop - at, at = stop;
    if (at >= end) return 0;
    q->pdu = *at;
    if (!(end = enter(&at, end, -1))) return 0;
    if (!(stop = enter(&at, end, INTEGER))) return 0;
    q->id = at, q->id_len = stop - at, at = stop;
    if (q->id_len < 1 || q->id_len > 4) return 0;
    q->first = number(&at, end), q->second = number(&at, end);
    if (!(stop = enter(&at, end, 0x30))) return 0;
    q->bindings = at, q->bindings_len = stop - at;
    return 1;
}

static int message(uint8_t *out, const Request *q, const char *as, int status, int index,
                   const uint8_t *bindings, int bindings_len)
{
    int as_len = strlen(as);
    int pdu = 2 + q->id_len + 6 + whole(bindings_len);
    int n = put_header(out, 0x30, 3 + 2 + as_len + whole(pdu));
    n += put_number(out + n, INTEGER, q->version);
    n += put_text(out + n, STRING, as, as_len);
    n += put_header(out + n, 0xa2, pdu);
    n += put_text(out + n, INTEGER, q->id, q->id_len);
    n += put_number(out + n, INTEGER, status);
    n += put_number(out + n, INTEGER, index);
    n += put_header(out + n, 0x30, bindings_len);
    memcpy(out + n, bindings, bindings_len);
    return n + bindings_len;
}

static int answer(uint8_t *out, const Request *q, uint32_t device, double t)
{
    static uint8_t bindings[65536 * 2];
    const uint8_t *at = q->bindings, *end = at + q->bindings_len;
    const uint8_t *names[MOST_BINDINGS];
    int lens[MOST_BINDINGS], asked = 0, n = 0, count = 0;
    int room = largest - 40 - q->community_len;
    while (at < end && asked < MOST_BINDINGS) {
        const uint8_t *stop = enter(&at, end, 0x30), *name;
        if (!stop || !(name = enter(&at, stop, OBJECT))) return 0;
        names[asked] = at, lens[asked++] = name - at, at = stop;
    }
    if (q->pdu == 0xa5) {
        int fixed = q->first < asked ? q->first : asked, places[MOST_BINDINGS];
        for (int i = 0; i < asked; i++) places[i] = after(names[i], lens[i]);
        for (int round = 0; round < (asked > fixed ? q->second : 1); round++)
            for (int i = round ? fixed : 0; i < asked; i++) {
                if (!round && i < fixed && q->second < 0) continue;
                int k = put_binding(bindings + n, places[i], names[i], lens[i], END_OF_MIB, device, t);
                if (n + k > room) goto full;
                n += k, count++;
                if (places[i] < entries) places[i]++;
            }
    } else {
        for (int i = 0; i < asked; i++) {
            int place = q->pdu == 0xa0 ? find(names[i], lens[i]) : after(names[i], lens[i]);
            int missing = q->pdu == 0xa0 ? NO_SUCH_INSTANCE : END_OF_MIB;
            if (q->version == 0 && (place < 0 || place >= entries))
                return message(out, q, community, 2, i + 1, q->bindings, q->bindings_len);
            n += put_binding(bindings + n, place, names[i], lens[i], missing, device, t), count++;
            if (n > room) return message(out, q, community, 1, 0, (const uint8_t *)"", 0);
        }
    }
full:
    seen.varbinds += count;
    return message(out, q, community, 0, 0, bindings, n);
}

static void enqueue(Queue *queue, const uint8_t *data, int len, double due,
                    const struct sockaddr_in *to, struct in_addr from)
{
    Reply *r = malloc(sizeof *r + len);
    r->next = 0, r->due = due, r->to = *to, r->from = from, r->len = len;
    memcpy(r->data, data, len);
    if (queue->tail) queue->tail->next = r;
    else queue->head = r;
    queue->tail = r;
}

static int is(const char *name) { return !strcmp(kind, name); }

/* Spoil a reply; returns its new length. */
static int spoil(uint8_t *out, int len, const Request *q, struct in_addr *from)
{
    seen.hostile++;
    if (is("truncated")) return len * chance();
    if (is("empty")) return 0;
    if (is("toobig")) return message(out, q, community, 1, 0, (const uint8_t *)"", 0);
    if (is("community")) return message(out, q, "wrong", 0, 0, q->bindings, q->bindings_len);
    if (is("header")) out[(int)(chance() * 30) % len] ^= 1 << (int)(chance() * 8);
    if (is("source")) from->s_addr = htonl(ntohl(from->s_addr) ^ 0x400000);
    if (is("huge")) out[1] = 0x84, out[2] = 0x7f, out[3] = 0xff, out[4] = 0xff, out[5] = 0xff;
    if (is("random"))
        for (int i = 0; i < len; i++) out[i] = chance() * 256;
    if (is("wrongid")) {
        uint8_t other[4] = { 0x41, chance() * 256, chance() * 256, chance() * 256 };
        uint8_t *at = memmem(out, len < 64 ? len : 64, q->id, q->id_len);
        if (at) memcpy(at, other, q->id_len < 4 ? q->id_len : 4);
    }
    return len;
}

static void handle(const uint8_t *data, int len, const struct sockaddr_in *from, struct in_addr asked,
                   double t, Queue *due, Queue *late)
{
    static uint8_t out[65536 * 2];
    uint32_t device = ntohl(asked.s_addr);
    Request q;
    if (len == 1 && (*data == 'S' || *data == 'R')) {
        struct rusage use;
        getrusage(RUSAGE_SELF, &use);
        if (*data == 'R') memset(&seen, 0, sizeof seen);
        len = sprintf((char *)out,
            "{\"requests\":%lu,\"replies\":%lu,\"varbinds\":%lu,\"dropped\":%lu,\"hostile\":%lu,"
            "\"bytes_in\":%lu,\"bytes_out\":%lu,\"cpu_s\":%.3f}", seen.requests, seen.replies,
            seen.varbinds, seen.dropped, seen.hostile, seen.bytes_in, seen.bytes_out,
            use.ru_utime.tv_sec + use.ru_stime.tv_sec
                + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6);
        enqueue(due, out, len, due->tail ? due->tail->due : t, from, asked);
        return;
    }
    seen.requests++, seen.bytes_in += len;
    if (mix(device) % 1000 < dead * 10 || (loss && chance() * 100 < loss)) {
        seen.dropped++;
        return;
    }
    if (!parse(data, len, &q) || q.community_len != (int)strlen(community)
        || memcmp(q.community, community, q.community_len) || !(len = answer(out, &q, device, t))) {
        seen.dropped++;
        return;
    }
    int spoiled = hostile && chance() * 100 < hostile;
    if (spoiled) len = spoil(out, len, &q, &asked);
    seen.replies++, seen.bytes_out += len;
    if (spoiled && is("late")) {
        enqueue(late, out, len, t + rtt + 3, from, asked);
        return;
    }
    enqueue(due, out, len, t + rtt, from, asked);
    if (spoiled && is("duplicate")) enqueue(due, out, len, t + rtt, from, asked);
}

static void flush(int sock, Queue *queue, double t)
{
    while (queue->head && queue->head->due <= t) {
        struct mmsghdr m[BATCH] = { 0 };
        struct iovec v[BATCH];
        char control[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
        Reply *r = queue->head;
        int n = 0;
        for (; r && n < BATCH && r->due <= t; r = r->next, n++) {
            v[n] = (struct iovec){ r->data, r->len };
            m[n].msg_hdr = (struct msghdr){ &r->to, sizeof r->to, &v[n], 1, control[n],
                                            sizeof control[n], 0 };
            struct cmsghdr *c = CMSG_FIRSTHDR(&m[n].msg_hdr);
            struct in_pktinfo info = { .ipi_spec_dst = r->from };
            c->cmsg_level = IPPROTO_IP, c->cmsg_type = IP_PKTINFO, c->cmsg_len = CMSG_LEN(sizeof info);
            memcpy(CMSG_DATA(c), &info, sizeof info);
        }
        int sent = sendmmsg(sock, m, n, 0);
        if (sent < 0 && errno == EAGAIN) return;
        for (sent = sent < 1 ? 1 : sent; sent; sent--) { /* one that cannot be sent is dropped */
            r = queue->head, queue->head = r->next;
            if (!queue->head) queue->tail = 0;
            free(r);
        }
    }
}

static void options(int argc, char **argv, int *port)
{
    for (int o; (o = getopt(argc, argv, "p:i:r:d:l:m:x:k:c:t:")) != -1;) {
        if (o == 'p') *port = atoi(optarg);
        else if (o == 'i') interfaces = atoi(optarg);
        else if (o == 'r') rtt = atof(optarg) / 1000;
        else if (o == 'd') dead = atof(optarg);
        else if (o == 'l') loss = atof(optarg);
        else if (o == 'm') largest = atoi(optarg);
        else if (o == 'x') hostile = atof(optarg);
        else if (o == 'k') kind = optarg;
        else if (o == 'c') community = optarg;
        else if (o == 't') life = atoi(optarg);
        else exit(2);
    }
    if (interfaces < 1 || interfaces > 1000) exit(2);
}

int main(int argc, char **argv)
{
    static uint8_t space[BATCH][REQUEST];
    int port = 16100, on = 1, size = 16 << 20;
    options(argc, argv, &port);
    build();
    int sock = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(port) };
    if (setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size))
        setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (setsockopt(sock, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size))
        setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    setsockopt(sock, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    if (bind(sock, (struct sockaddr *)&here, sizeof here)) {
        perror("bind");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    Queue due = { 0 }, late = { 0 };
    for (double begun = now();;) {
        double t = now(), wait = 0.2;
        if (life && t - begun > life) return 0;
        if (due.head && due.head->due - t < wait) wait = due.head->due - t;
        if (late.head && late.head->due - t < wait) wait = late.head->due - t;
        if (wait > 0) {
            struct pollfd p = { sock, POLLIN, 0 };
            struct timespec w = { 0, wait * 1e9 };
            ppoll(&p, 1, &w, 0);
        }
        struct mmsghdr m[BATCH] = { 0 };
        struct iovec v[BATCH];
        struct sockaddr_in from[BATCH];
        char control[BATCH][64];
        for (int i = 0; i < BATCH; i++) {
            v[i] = (struct iovec){ space[i], REQUEST };
            m[i].msg_hdr = (struct msghdr){ &from[i], sizeof from[i], &v[i], 1, control[i], 64, 0 };
        }
        int n = recvmmsg(sock, m, BATCH, 0, 0);
        t = now();
        for (int i = 0; i < n; i++) {
            struct in_addr asked = { 0 };
            for (struct cmsghdr *c = CMSG_FIRSTHDR(&m[i].msg_hdr); c; c = CMSG_NXTHDR(&m[i].msg_hdr, c))
                if (c->cmsg_type == IP_PKTINFO) asked = ((struct in_pktinfo *)CMSG_DATA(c))->ipi_addr;
            handle(space[i], m[i].msg_len, &from[i], asked, t, &due, &late);
        }
        flush(sock, &due, t);
        flush(sock, &late, t);
    }
}
