import { eventLoop, type LoopShare } from './loop-share.ts';

export interface SharedTimerOptions {
  readonly ms: number;
  /** Absent: the event loop of this process. */
  readonly loop?: Pick<LoopShare, 'soon'>;
}

/**
 * As `setInterval`, for what a thousand connections do: Node calls all timers that are due one after the other, and those that were
 * late together stay together. Keeps no process alive. What comes back ends it.
 */
export function every({ ms, loop = eventLoop }: SharedTimerOptions, work: () => void): () => void {
  let isOver = false;
  let isWaiting = false;
  const tick = (): void => {
    isWaiting = false;
    if (!isOver) work();
  };
  const timer = setInterval(() => {
    if (isWaiting) return;
    isWaiting = true;
    loop.soon(tick);
  }, ms).unref();
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

/** As `setTimeout`, in the same way. */
export function after({ ms, loop = eventLoop }: SharedTimerOptions, work: () => void): () => void {
  let isOver = false;
  const timer = setTimeout(() => {
    loop.soon(() => {
      if (!isOver) work();
    });
  }, ms).unref();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
