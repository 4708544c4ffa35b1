// Says when the machine itself stood still: a thread on each core, before which nothing else has its turn, looks at the clock every
// millisecond. Prints "core from to", in milliseconds of the monotonic clock, for each pause that is longer than it should be.
// usage: witness     ends with its standard input
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS 1000000
#define PAUSE_MS 3.0
#define PRIORITY 80

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1e3 + at.tv_nsec / 1e6;
}

static void *watch(void *argument) {
  const long core = (long)argument;
  const struct timespec tick = {0, TICK_NS};
  for (double last = now();;) {
    nanosleep(&tick, NULL);
    const double at = now();
    if (at - last > PAUSE_MS) {
      printf("%ld %.3f %.3f\n", core, last, at);
      fflush(stdout);
    }
    last = at;
  }
  return NULL;
}

int main(void) {
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  for (long core = 0; core < cores; core++) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(core, &only);
    pthread_attr_setaffinity_np(&attributes, sizeof only, &only);
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
    const struct sched_param parameter = {.sched_priority = PRIORITY};
    pthread_attr_setschedparam(&attributes, &parameter);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, watch, (void *)core) != 0) {
      fputs("A thread with real-time priority cannot be had: that needs root\n", stderr);
      return 1;
    }
  }
  printf("watching %ld\n", cores);
  fflush(stdout);
  char ignored;
  while (read(0, &ignored, 1) > 0) {
  }
  return 0;
}
