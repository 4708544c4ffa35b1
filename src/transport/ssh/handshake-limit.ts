/** How many handshakes may go on at once: as many as leave the event loop quick. */
export interface HandshakeLimit {
  readonly total: number;
  /** To be called when one begins; what comes back, when it has ended. */
  begin(): () => void;
}

const FIRST = 32;
const LEAST = 8;
const MOST = 256;
// A person notices 100 ms; the cryptography of one handshake takes 3.
const SLOW_MS = 40;
const QUICK_MS = 15;
const TICK_MS = 20;
const TICKS = 10;

/** Looks at the delay of the event loop while handshakes go on: backs off at once when it is slow, and feels its way up again. */
export function createHandshakeLimit(): HandshakeLimit {
  let total = FIRST;
  let active = 0;
  let most = 0;
  let timer: NodeJS.Timeout | undefined;

  const watch = () => {
    let last = performance.now();
    let worstMs = 0;
    let ticks = 0;
    timer = setInterval(() => {
      const now = performance.now();
      worstMs = Math.max(worstMs, now - last - TICK_MS);
      last = now;
      ticks += 1;
      const isSlow = worstMs > SLOW_MS;
      if (!isSlow && ticks < TICKS) return;
      // More than are wanted would say nothing about how many are bearable.
      if (isSlow) total = Math.max(LEAST, Math.floor(total * 0.7));
      else if (worstMs < QUICK_MS && most >= total) total = Math.min(MOST, total + LEAST);
      worstMs = 0;
      ticks = 0;
      most = active;
    }, TICK_MS);
    timer.unref();
  };

  return {
    get total() {
      return total;
    },
    begin: () => {
      active += 1;
      most = Math.max(most, active);
      if (timer === undefined) watch();
      return () => {
        active -= 1;
        if (active > 0) return;
        clearInterval(timer);
        timer = undefined;
        most = 0;
      };
    },
  };
}
