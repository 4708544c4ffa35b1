// A long wire between two network namespaces: each packet arrives half a round trip after it was sent, in both directions.
// usage: wire PID_NEAR PID_FAR RTT_MS   (a process in each namespace; makes a device "wire" there, says "ready", ends with its parent)
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

int setns(int fd, int type);
int ppoll(struct pollfd *, unsigned long, const struct timespec *, const sigset_t *);

enum { SLOTS = 8192, LARGEST = 2048 };

// What is under way in one direction, in the order in which it was sent.
struct way {
  struct { int64_t due; int size; unsigned char bytes[LARGEST]; } slot[SLOTS];
  unsigned first, next;
};

static struct way ways[2];

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int device_beside(const char *pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/net", pid);
  int space = open(path, O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, 0)) fail(path);
  close(space);
  int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) fail("/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strcpy(request.ifr_name, "wire");
  if (ioctl(device, TUNSETIFF, &request)) fail("TUNSETIFF");
  return device;
}

int main(int count, char **words) {
  if (count != 4) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Packets leave when they are due, not when a timer is convenient.
  prctl(PR_SET_TIMERSLACK, 1);
  int64_t half = (int64_t)(atof(words[3]) * 5e5);
  int ends[2] = {device_beside(words[1]), device_beside(words[2])};
  puts("ready");
  fflush(stdout);
  for (;;) {
    int64_t wake = INT64_MAX;
    for (int from = 0; from < 2; from++) {
      struct way *way = &ways[from];
      while (way->next - way->first < SLOTS) {
        int at = way->next % SLOTS;
        int size = read(ends[from], way->slot[at].bytes, LARGEST);
        if (size <= 0) break;
        way->slot[at].size = size;
        way->slot[at].due = now() + half;
        way->next++;
      }
      for (; way->first != way->next; way->first++) {
        int at = way->first % SLOTS;
        if (way->slot[at].due > now()) {
          if (way->slot[at].due < wake) wake = way->slot[at].due;
          break;
        }
        // A full device loses a packet, as any network does.
        if (write(ends[!from], way->slot[at].bytes, way->slot[at].size) < 0 && errno == EBADF) return 1;
      }
    }
    struct pollfd looks[2] = {{.fd = ends[0], .events = POLLIN}, {.fd = ends[1], .events = POLLIN}};
    int64_t pause = wake == INT64_MAX ? 1000000000 : wake - now();
    if (pause < 0) pause = 0;
    struct timespec limit = {pause / 1000000000, pause % 1000000000};
    ppoll(looks, 2, &limit, NULL);
  }
}
