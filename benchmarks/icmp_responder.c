/* Answers every echo request to 127/8 after an exact delay, with an exact loss.
 *
 * Run in a namespace with net.ipv4.icmp_echo_ignore_all=1:
 *     icmp_responder DELAY_US LOSS_PER_MILLE
 * Prints one JSON line when its standard input ends. Whether the n-th request to an address is
 * dropped is a hash of both, so that the truth is the same for every contestant.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define QUEUE (1u << 18)
#define LARGEST 256
#define SPIN_NS 60000 /* the last stretch before a reply is due is waited for actively */

struct reply {
    int64_t due;
    uint16_t size;
    uint8_t packet[LARGEST];
};

static struct reply *queue;
static uint32_t first, last;
static uint32_t *asked; /* per address, by its low 20 bits */
static uint64_t requests, dropped, replies, overflow, late_50us;
static int64_t latest;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static uint32_t hash(uint32_t a, uint32_t n) {
    uint64_t x = ((uint64_t)a << 32 | n) * 0x9E3779B97F4A7C15ull;
    x ^= x >> 29;
    x *= 0xBF58476D1CE4E5B9ull;
    return (uint32_t)(x >> 32);
}

static uint16_t sum(const uint8_t *data, size_t size) {
    uint32_t total = 0;
    for (size_t i = 0; i + 1 < size; i += 2) total += data[i] << 8 | data[i + 1];
    if (size & 1) total += data[size - 1] << 8;
    while (total >> 16) total = (total & 0xFFFF) + (total >> 16);
    return ~total;
}

static void take(uint8_t *packet, ssize_t size, int64_t at, int64_t delay, uint32_t loss) {
    struct iphdr *ip = (struct iphdr *)packet;
    size_t head = ip->ihl * 4;
    if (size < (ssize_t)(head + 8) || packet[head] != ICMP_ECHO || size > LARGEST) return;
    uint32_t address = ntohl(ip->daddr);
    requests++;
    if (hash(address, asked[address & 0xFFFFF]++) % 1000 < loss) {
        dropped++;
        return;
    }
    if (last - first == QUEUE) {
        overflow++;
        return;
    }
    struct reply *r = &queue[last++ % QUEUE];
    uint32_t source = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = source;
    packet[head] = ICMP_ECHOREPLY;
    packet[head + 2] = packet[head + 3] = 0;
    uint16_t check = sum(packet + head, size - head);
    packet[head + 2] = check >> 8;
    packet[head + 3] = check & 0xFF;
    r->due = at + delay;
    r->size = size;
    memcpy(r->packet, packet, size);
}

static void answer(int out, int64_t now) {
    while (first != last && queue[first % QUEUE].due <= now) {
        struct reply *r = &queue[first++ % QUEUE];
        struct sockaddr_in to = {.sin_family = AF_INET};
        to.sin_addr.s_addr = ((struct iphdr *)r->packet)->daddr;
        int64_t behind = now_ns() - r->due;
        if (behind > latest) latest = behind;
        late_50us += behind > 50000;
        if (sendto(out, r->packet, r->size, 0, (struct sockaddr *)&to, sizeof to) > 0) replies++;
    }
}

static void hear(int in, int64_t delay, uint32_t loss) {
    uint8_t data[LARGEST * 4];
    char notes[128];
    for (int i = 0; i < 64; i++) {
        struct iovec part = {data, sizeof data};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        message.msg_control = notes;
        message.msg_controllen = sizeof notes;
        ssize_t size = recvmsg(in, &message, MSG_DONTWAIT);
        if (size < 0) return;
        int64_t at = 0;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
            if (c->cmsg_type == SO_TIMESTAMPNS) {
                struct timespec t;
                memcpy(&t, CMSG_DATA(c), sizeof t);
                at = t.tv_sec * 1000000000ll + t.tv_nsec;
            }
        take(data, size, at ? at : now_ns(), delay, loss);
    }
}

int main(int count, char **words) {
    int64_t delay = count > 1 ? atoll(words[1]) * 1000 : 0;
    uint32_t loss = count > 2 ? atoi(words[2]) : 0;
    int on = 1, room = 64 << 20;
    int in = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    int out = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (in < 0 || out < 0) {
        perror("raw socket");
        return 1;
    }
    setsockopt(in, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(in, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    uint32_t refused = ~(1u << ICMP_ECHO); /* struct icmp_filter of linux/icmp.h */
    setsockopt(in, SOL_RAW, 1 /* ICMP_FILTER */, &refused, sizeof refused);
    queue = calloc(QUEUE, sizeof *queue);
    asked = calloc(1 << 20, sizeof *asked);
    puts("ready");
    fflush(stdout);
    for (;;) {
        int64_t now = now_ns();
        answer(out, now);
        int64_t wait = first != last ? queue[first % QUEUE].due - now - SPIN_NS : 1000000000;
        struct pollfd sources[] = {{in, POLLIN, 0}, {0, POLLIN, 0}};
        struct timespec pause = {wait / 1000000000, wait % 1000000000};
        if (wait <= 0) pause.tv_sec = pause.tv_nsec = 0;
        ppoll(sources, 2, &pause, NULL);
        if (sources[0].revents) hear(in, delay, loss);
        if (sources[1].revents) break;
    }
    printf("{\"requests\": %llu, \"dropped\": %llu, \"replies\": %llu, \"overflow\": %llu, "
           "\"late_50us\": %llu, \"latest_us\": %lld}\n",
           (unsigned long long)requests, (unsigned long long)dropped, (unsigned long long)replies,
           (unsigned long long)overflow, (unsigned long long)late_50us, (long long)latest / 1000);
    return 0;
}
