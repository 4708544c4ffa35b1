import { execFileSync } from 'node:child_process';
import type { SshdOptions } from '../../fixtures/sshd.ts';

/** A network namespace for servers, and a wire to it from here; nothing else is on either end. */
export interface Net extends Disposable {
  /** The server's end of the wire. */
  readonly address: string;
  /** An address on the wire that nobody has. */
  readonly nobody: string;
  /** For `startLab({ sshd })`: the server lives there. */
  readonly sshd: SshdOptions;
  /** Runs a command in the namespace: `iptables`, `tc`, `ip`. */
  there(...command: string[]): void;
  /** Nothing passes in either direction, and nobody is told. */
  part(): void;
  heal(): void;
  /** Pulls the plug, or puts it back. */
  plug(state: 'down' | 'up'): void;
  /** At most so many kilobits a second in each direction. */
  limit(kilobits: number): void;
  /** Our end gets another address, as when Wi-Fi gives way to a VPN; what was connected from the old one hears nothing more. */
  move(): void;
}

let wires = 0;

export function startNet(): Net {
  // Of the range for benchmarks (RFC 2544), which nobody routes; workers have different process ids.
  wires += 1;
  const prefix = `198.18.${process.pid % 256}`;
  const base = (wires % 31) * 8;
  const [ours, address, moved, nobody] = [1, 2, 3, 4].map((host) => `${prefix}.${base + host}`) as [
    string,
    string,
    string,
    string,
  ];
  const space = `cronium-${process.pid}-${wires}`;
  const wire = `crn${process.pid % 100_000}x${wires}`;
  const run = (...command: string[]): void => {
    const [name = '', ...args] = command;
    execFileSync(name, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const there = (...command: string[]): void => run('ip', 'netns', 'exec', space, ...command);
  run('ip', 'netns', 'add', space);
  try {
    run('ip', 'link', 'add', wire, 'type', 'veth', 'peer', 'name', 'wire', 'netns', space);
    run('ip', 'addr', 'add', `${ours}/29`, 'dev', wire);
    run('ip', 'link', 'set', wire, 'up');
    there('ip', 'link', 'set', 'lo', 'up');
    there('ip', 'addr', 'add', `${address}/29`, 'dev', 'wire');
    there('ip', 'link', 'set', 'wire', 'up');
  } catch (error) {
    run('ip', 'netns', 'del', space);
    throw error;
  }
  return {
    address,
    nobody,
    sshd: { address, port: 2222, wrap: (command) => ['ip', 'netns', 'exec', space, ...command] },
    there,
    part: () => {
      there('iptables', '-I', 'INPUT', '-i', 'wire', '-j', 'DROP');
      there('iptables', '-I', 'OUTPUT', '-o', 'wire', '-j', 'DROP');
    },
    heal: () => there('iptables', '-F'),
    plug: (state) => there('ip', 'link', 'set', 'wire', state),
    limit: (kilobits) => {
      const shape = (dev: string) =>
        `tc qdisc add dev ${dev} root tbf rate ${kilobits}kbit burst 32kbit latency 400ms`.split(' ');
      run(...shape(wire));
      there(...shape('wire'));
    },
    move: () => {
      run('ip', 'addr', 'del', `${ours}/29`, 'dev', wire);
      run('ip', 'addr', 'add', `${moved}/29`, 'dev', wire);
    },
    [Symbol.dispose]: () => {
      // The wire goes with its other end.
      run('ip', 'netns', 'del', space);
    },
  };
}
