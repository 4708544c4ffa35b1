/* A file system without locks, as some network and synchronised folders are: preloaded into a client, it refuses every lock of a file. */
extern int *__errno_location(void);
extern long syscall(long number, ...);

enum { FCNTL = 72, ENOLCK = 37 };

static int is_lock(int command) {
  return (command >= 5 && command <= 7) || (command >= 36 && command <= 38);
}

int fcntl64(int file, int command, void *argument) {
  if (is_lock(command)) {
    *__errno_location() = ENOLCK;
    return -1;
  }
  return (int)syscall(FCNTL, file, command, argument);
}

int fcntl(int file, int command, void *argument) { return fcntl64(file, command, argument); }
