// latency: what a relay adds, one way, measured by one thread that both sends and receives.
//
//   latency NETNS IN_GROUP IN_PORT OUT_GROUP OUT_PORT SIZE COUNT RATE
//
// Sends COUNT datagrams of SIZE bytes at RATE a second to IN_GROUP:IN_PORT in the namespace it is started in, and takes them at
// OUT_GROUP:OUT_PORT in the namespace that the file NETNS stands for. It never sleeps: it sends one when one is due and asks the
// receiving socket otherwise, so no wake-up of ours is in the figures; they begin before the sending call and end after the
// receiving one. A datagram that arrives while another is being sent waits for that call to end.
//
// Prints what was sent and received, and percentiles in ns.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX = 65000, PATIENCE_NS = 300000000 };

static void die(const char *what) { perror(what); exit(1); }
static int64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000LL + t.tv_nsec; }
static int up(const void *a, const void *b) { int64_t x = *(int64_t *)a, y = *(int64_t *)b; return x < y ? -1 : x > y; }

static int receiver(const char *group, int port) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0), big = 64 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof big);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, group, &at.sin_addr);
    if (bind(fd, (void *)&at, sizeof at)) die("bind");
    struct ip_mreqn join = {.imr_multiaddr = at.sin_addr};
    if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join)) die("IP_ADD_MEMBERSHIP");
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 9) { fprintf(stderr, "usage: latency NETNS IN_GROUP IN_PORT OUT_GROUP OUT_PORT SIZE COUNT RATE\n"); return 64; }
    int home = open("/proc/self/ns/net", O_RDONLY), away = open(argv[1], O_RDONLY);
    if (away < 0 || setns(away, CLONE_NEWNET)) die(argv[1]);
    int in = receiver(argv[4], atoi(argv[5]));
    if (setns(home, CLONE_NEWNET)) die("setns");
    int out = socket(AF_INET, SOCK_DGRAM, 0), ttl = 8, size = atoi(argv[6]);
    setsockopt(out, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[3]))};
    inet_pton(AF_INET, argv[2], &to.sin_addr);
    if (connect(out, (void *)&to, sizeof to)) die("connect");

    long count = atol(argv[7]), sent = 0, received = 0;
    double interval = 1e9 / atof(argv[8]);
    int64_t *took = calloc(count, sizeof *took);
    static unsigned char payload[MAX], buffer[MAX];
    int64_t start = now() + 1000000, run = start, t, last = start; // run: which datagrams are ours
    while (received < count && ((t = now()) < last + PATIENCE_NS || sent < count)) {
        if (sent < count && t >= start + (int64_t)(sent * interval)) {
            memcpy(payload, &run, 8);
            last = now();
            memcpy(payload + 8, &last, 8);
            memcpy(payload + 16, &sent, 8); // numbered, for relays that look at that
            if (send(out, payload, size, 0) < 0) die("send");
            sent++;
        }
        if (recv(in, buffer, MAX, MSG_DONTWAIT) >= 16 && !memcmp(buffer, &run, 8)) {
            int64_t stamp;
            memcpy(&stamp, buffer + 8, 8);
            took[received++] = now() - stamp;
        }
    }
    qsort(took, received, sizeof *took, up);
    long end = received - 1;
    if (received)
        printf("latency sent=%ld received=%ld p50=%ld p99=%ld p999=%ld max=%ld\n", sent, received, (long)took[end * 50 / 100],
               (long)took[end * 99 / 100], (long)took[end * 999 / 1000], (long)took[end]);
    else
        printf("latency sent=%ld received=0\n", sent);
    return 0;
}
