// gen: a plain sender for measuring relays.
//
//   gen GROUP PORT SIZE COUNT RATE SEGMENTS [rtp]
//
// COUNT datagrams of SIZE payload bytes to GROUP:PORT, each starting with a 64-bit
// big-endian sequence number where it fits. RATE in datagrams a second, 0 for as fast as it goes. SEGMENTS: 0 sends with
// sendmmsg, 32 a call; N > 0 sends runs of up to N datagrams with UDP_SEGMENT.
//
// rtp: each payload is RTP with as many MPEG-TS packets as fit, numbered without a gap, in place of the sequence number.
//
// With UDP_SEGMENT on a veth whose tx-udp-segmentation is on (the default), the peer sees
// merged frames of up to 64 KiB, as it would behind a NIC with GRO. With
// `ethtool -K DEV tx-udp-segmentation off` the kernel cuts them first, and this is then
// the fastest ordinary sender here.
//
// Between two calls it sleeps rather than spins, so that what the machine does beside it can be told by the idle time.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
enum { CALL = 32 };

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static int rtp_packets;

// RTP, payload type 33, 90 kHz; MPEG-TS packets of one PID.
static void fill_rtp(unsigned char *p, int size, unsigned long n) {
    unsigned stamp = n * 9;
    memcpy(p, (unsigned char[]){0x80, 33, n >> 8, n, stamp >> 24, stamp >> 16, stamp >> 8, stamp, 1, 2, 3, 4}, 12);
    rtp_packets = (size - 12) / 188;
    for (int i = 0; i < rtp_packets; i++) {
        unsigned char *ts = p + 12 + i * 188;
        ts[0] = 0x47, ts[1] = 0x01, ts[2] = 0x00, ts[3] = 0x10 | ((n * rtp_packets + i) & 15);
    }
}

int main(int argc, char **argv) {
    if (argc != 7 && argc != 8) { fprintf(stderr, "usage: gen GROUP PORT SIZE COUNT RATE SEGMENTS [rtp]\n"); return 64; }
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
    int size = atoi(argv[3]), segments = atoi(argv[6]), per_message = 1;
    long count = atol(argv[4]), sent = 0, full = 0;
    double rate = atof(argv[5]);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), big = 16 << 20, ttl = 8;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof big);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
    if (segments > 0) {
        if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size)) { perror("UDP_SEGMENT"); return 1; }
        per_message = 65000 / size < segments ? 65000 / size : segments;
    }
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &to.sin_addr);
    if (connect(fd, (void *)&to, sizeof to)) { perror("connect"); return 1; }
    static unsigned char payload[CALL][66000];
    struct mmsghdr m[CALL] = {0};
    struct iovec v[CALL];
    int calls = segments > 0 ? 1 : CALL;
    for (int i = 0; i < calls; i++) {
        v[i] = (struct iovec){payload[i], (size_t)size * per_message};
        m[i].msg_hdr.msg_iov = &v[i];
        m[i].msg_hdr.msg_iovlen = 1;
    }
    double start = now();
    while (sent < count) {
        if (rate > 0)
            for (double due = start + sent / rate, left; (left = due - now()) > 0.000002;) {
                struct timespec rest = {(time_t)left, (long)((left - (time_t)left) * 1e9)};
                nanosleep(&rest, 0);
            }
        for (int i = 0; i < calls; i++)
            for (int s = 0; s < per_message && size >= 8; s++) {
                unsigned long n = sent + (long)i * per_message + s;
                if (argc == 8) fill_rtp(payload[i] + s * size, size, n);
                else for (int b = 0; b < 8; b++) payload[i][s * size + b] = n >> (56 - 8 * b);
            }
        int n = sendmmsg(fd, m, calls, 0);
        if (n < 0) { full++; if (errno == ENOBUFS || errno == EAGAIN) continue; perror("sendmmsg"); return 1; }
        sent += (long)n * per_message;
    }
    double took = now() - start;
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    long cpu = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
    printf("gen sent=%ld seconds=%.3f pps=%.0f full=%ld cpu_us=%ld\n", sent, took, sent / took, full, cpu);
}
