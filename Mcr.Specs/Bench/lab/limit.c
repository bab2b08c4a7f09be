// limit: the floor for a userspace relay on this machine, in plain C.
//
// One hard-wired rule: UDP to 239.1.1.1:5000 arriving on IN goes out of OUT to
// 239.2.2.2:6000, 239.2.2.3:6000, ... (FANOUT destinations). No rule table, no
// supervision, no error paths. It shows what the kernel interface itself costs, so that
// a real relay can be held against it in the same run.
//
//   limit ring|mmsg|v2 IN OUT OUT_ADDRESS FANOUT
//
// ring: TPACKET_V3 mapped ring (wakes when a block fills or after 1 ms)
// mmsg: recvmmsg, 64 frames a call (wakes at once)
// v2:   TPACKET_V2 mapped ring, a slot a frame (wakes at once); a frame longer than a slot, a merged one, comes by the socket queue
// mmsg and v2 rest REST microseconds (environment, 0 if unset) after a batch that was not full.
// All take PACKET_VNET_HDR, so a frame that GRO or a GSO sender made of many datagrams
// arrives whole with its segment size, and all send runs of equal datagrams with
// UDP_SEGMENT: one sendmsg for up to 64 datagrams.
//
// Ends on SIGTERM/SIGINT and prints: datagrams in and out, CPU seconds, ns per datagram.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif
enum { BATCH = 64, VNET = 10, GSO_UDP_L4 = 5, MAX_FRAME = 66000, MAX_RUN = 65000 };

static volatile sig_atomic_t stop;
static void on_signal(int s) { (void)s; stop = 1; }
static void die(const char *what) { perror(what); exit(1); }

static int fanout, out_fd[64];
static long in_count, out_count, dropped, waits, sends;
static struct iovec run[BATCH];
static int segment[BATCH]; // GSO size of a merged frame, 0 for a single datagram
static int queued;

static void send_run(int from, int to, int size, int total) {
    int datagrams = (total + size - 1) / size;
    char control[CMSG_SPACE(sizeof(uint16_t))] = {0};
    struct msghdr m = {.msg_iov = run + from, .msg_iovlen = to - from};
    if (datagrams > 1) {
        m.msg_control = control;
        m.msg_controllen = sizeof control;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = IPPROTO_UDP;
        c->cmsg_type = UDP_SEGMENT;
        c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        uint16_t s = size;
        memcpy(CMSG_DATA(c), &s, sizeof s);
    }
    for (int o = 0; o < fanout; o++) {
        sends++;
        if (sendmsg(out_fd[o], &m, 0) < 0) dropped += datagrams; else out_count += datagrams;
    }
}

static void flush(void) {
    for (int a = 0, b; a < queued; a = b) {
        int size = segment[a] ? segment[a] : (int)run[a].iov_len, total = run[a].iov_len;
        int open = total % size == 0; // only a run without a short tail can grow
        for (b = a + 1; b < queued && open && !segment[b] && (int)run[b].iov_len == size && total + size <= MAX_RUN; b++) total += size;
        send_run(a, b, size, total);
    }
    queued = 0;
}

static void take(unsigned char *vnet, unsigned char *frame, int len) {
    if (len < 42 || frame[12] != 8 || frame[13] != 0) return;
    unsigned char *ip = frame + 14, *udp = ip + (ip[0] & 15) * 4;
    if (ip[9] != IPPROTO_UDP || memcmp(ip + 16, "\xef\x01\x01\x01", 4) || udp[2] << 8 != (5000 & 0xff00) || udp[3] != (5000 & 0xff)) return;
    int gso = vnet[1] == GSO_UDP_L4 ? vnet[4] | vnet[5] << 8 : 0;
    int payload = gso ? len - (int)(udp + 8 - frame) : (udp[4] << 8 | udp[5]) - 8;
    run[queued] = (struct iovec){udp + 8, payload};
    segment[queued++] = gso;
    in_count += gso ? (payload + gso - 1) / gso : 1;
    if (queued == BATCH) flush();
}

static long rest_ns;
static void rest(void) {
    struct timespec t = {0, rest_ns};
    if (rest_ns) nanosleep(&t, 0);
}

static void wait_for(int fd) { struct pollfd p = {fd, POLLIN, 0}; waits++; poll(&p, 1, 200); }

static void with_mmsg(int fd) {
    static unsigned char buffer[BATCH][MAX_FRAME];
    static struct mmsghdr m[BATCH];
    static struct iovec v[BATCH];
    for (int i = 0; i < BATCH; i++) {
        v[i] = (struct iovec){buffer[i], MAX_FRAME};
        m[i].msg_hdr.msg_iov = &v[i];
        m[i].msg_hdr.msg_iovlen = 1;
    }
    while (!stop) {
        int n = recvmmsg(fd, m, BATCH, MSG_DONTWAIT, 0);
        if (n <= 0) { wait_for(fd); continue; }
        for (int i = 0; i < n; i++) take(buffer[i], buffer[i] + VNET, m[i].msg_len - VNET);
        flush();
        if (n < BATCH) rest();
    }
}

static void with_ring(int fd) {
    int version = TPACKET_V3;
    if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version)) die("PACKET_VERSION");
    struct tpacket_req3 r = {.tp_block_size = 1 << 18, .tp_block_nr = 128, .tp_frame_size = 2048, .tp_frame_nr = ((1 << 18) / 2048) * 128, .tp_retire_blk_tov = 1};
    if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &r, sizeof r)) die("PACKET_RX_RING");
    unsigned char *ring = mmap(0, (size_t)r.tp_block_size * r.tp_block_nr, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (ring == MAP_FAILED) die("mmap");
    for (unsigned b = 0; !stop;) {
        struct tpacket_block_desc *block = (void *)(ring + (size_t)b * r.tp_block_size);
        if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) { wait_for(fd); continue; }
        struct tpacket3_hdr *h = (void *)((char *)block + block->hdr.bh1.offset_to_first_pkt);
        for (unsigned i = 0; i < block->hdr.bh1.num_pkts; i++, h = (void *)((char *)h + h->tp_next_offset))
            take((unsigned char *)h + h->tp_mac - VNET, (unsigned char *)h + h->tp_mac, h->tp_snaplen);
        flush();
        __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        b = (b + 1) % r.tp_block_nr;
    }
}

// The MTU and what stands before it, as a power of two, so that blocks of slots have no gap.
static unsigned slot_size(int fd, const char *device) {
    struct ifreq r = {0};
    strncpy(r.ifr_name, device, IFNAMSIZ - 1);
    if (ioctl(fd, SIOCGIFMTU, &r)) die("SIOCGIFMTU");
    unsigned slot = 2048;
    while (slot < (unsigned)r.ifr_mtu + 128) slot *= 2;
    return slot;
}

static void with_v2(int fd, const char *device) {
    enum { RING = 32 << 20, BLOCK = 1 << 18 };
    int version = TPACKET_V2, copy = 1;
    if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version)) die("PACKET_VERSION");
    if (setsockopt(fd, SOL_PACKET, PACKET_COPY_THRESH, &copy, sizeof copy)) die("PACKET_COPY_THRESH");
    unsigned slot = slot_size(fd, device), slots = RING / slot, at = 0;
    struct tpacket_req r = {.tp_block_size = BLOCK, .tp_block_nr = RING / BLOCK, .tp_frame_size = slot, .tp_frame_nr = slots};
    if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &r, sizeof r)) die("PACKET_RX_RING");
    unsigned char *ring = mmap(0, RING, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (ring == MAP_FAILED) die("mmap");
    static unsigned char buffer[BATCH][MAX_FRAME];
    while (!stop) {
        unsigned n, copies = 0;
        for (n = 0; n < BATCH; n++) {
            unsigned char *frame = ring + (size_t)((at + n) % slots) * slot;
            struct tpacket2_hdr *h = (void *)frame;
            unsigned status = __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE);
            if (!(status & TP_STATUS_USER)) break;
            if (!(status & TP_STATUS_COPY)) take(frame + h->tp_mac - VNET, frame + h->tp_mac, h->tp_snaplen);
            else {
                int len = recv(fd, buffer[copies], MAX_FRAME, MSG_DONTWAIT);
                if (len > VNET) take(buffer[copies], buffer[copies] + VNET, len - VNET);
                copies++;
            }
        }
        if (!n) { wait_for(fd); continue; }
        flush();
        for (unsigned i = 0; i < n; i++) {
            struct tpacket2_hdr *h = (void *)(ring + (size_t)((at + i) % slots) * slot);
            __atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        }
        at = (at + n) % slots;
        if (n < BATCH) rest();
    }
}

int main(int argc, char **argv) {
    if (argc != 6) { fprintf(stderr, "usage: limit ring|mmsg|v2 IN OUT OUT_ADDRESS FANOUT\n"); return 64; }
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGTERM, &sa, 0);
    sigaction(SIGINT, &sa, 0);
    int one = 1, big = 64 << 20;
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
    rest_ns = getenv("REST") ? atol(getenv("REST")) * 1000 : 0;
    fanout = atoi(argv[5]);
    for (int i = 0; i < fanout && i < 64; i++) {
        int fd = out_fd[i] = socket(AF_INET, SOCK_DGRAM, 0);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof big);
        struct ip_mreqn via = {.imr_ifindex = if_nametoindex(argv[3])};
        if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &via, sizeof via)) die("IP_MULTICAST_IF");
        int ttl = 8, off = 0;
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof off);
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(6000), .sin_addr.s_addr = htonl(0xef020202u + i)};
        struct sockaddr_in from = {.sin_family = AF_INET};
        inet_pton(AF_INET, argv[4], &from.sin_addr);
        if (bind(fd, (void *)&from, sizeof from) || connect(fd, (void *)&to, sizeof to)) die("output");
    }
    int member = socket(AF_INET, SOCK_DGRAM, 0);
    struct ip_mreqn join = {.imr_multiaddr.s_addr = htonl(0xef010101), .imr_ifindex = if_nametoindex(argv[2])};
    if (setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join)) die("IP_ADD_MEMBERSHIP");
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (fd < 0) die("AF_PACKET");
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
    if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one)) die("PACKET_VNET_HDR");
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof big);
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = if_nametoindex(argv[2])};
    if (bind(fd, (void *)&at, sizeof at)) die("bind");
    if (!strcmp(argv[1], "mmsg")) with_mmsg(fd);
    else if (!strcmp(argv[1], "v2")) with_v2(fd, argv[2]);
    else with_ring(fd);
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    double cpu = u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
    printf("limit %s in=%ld out=%ld dropped=%ld waits=%ld sends=%ld cpu=%.3f ns_per_in=%.0f ns_per_out=%.0f\n", argv[1], in_count, out_count, dropped, waits, sends, cpu,
           cpu * 1e9 / (in_count ? in_count : 1), cpu * 1e9 / (out_count ? out_count : 1));
}
