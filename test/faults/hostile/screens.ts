import { Writable } from 'node:stream';
import { StreamText } from '../../../src/base/stream-text.ts';
import { showJson } from '../../../src/cli/json-view.ts';
import { Output } from '../../../src/cli/output.ts';
import { createPalette } from '../../../src/cli/palette.ts';
import { StatusLine } from '../../../src/cli/status-line.ts';
import { TextView } from '../../../src/cli/text-view.ts';
import type { RunEvent } from '../../../src/domain/run-event.ts';
import { LogLines } from '../../../src/vscode/documents/log-lines.ts';
import { StyledTextBuilder } from '../../../src/vscode/documents/styled-text.ts';
import { RunText } from '../../../src/vscode/output/run-text.ts';
import { TerminalText } from '../../../src/vscode/tasks/terminal-text.ts';
import { runOn } from '../../unit/vscode/log-entries.ts';

/** A place where a person sees what a script printed. */
export interface Screen {
  readonly name: string;
  /** What it may hold besides text: taken away before its text is judged. */
  readonly allowed: RegExp;
  /** It shows a line before its end and takes nothing back: what a carriage return writes over stays. */
  readonly isHasty?: true;
  /** What is seen of a run with these events. */
  show(events: readonly RunEvent[]): Promise<string>;
}

const COLOURS = /\x1b\[[0-9;:]*m/g;
const RUN = runOn({ web1: undefined, web2: undefined });

/** All places, each as the shells make it. */
export const SCREENS: readonly Screen[] = [
  { name: 'terminal without colours', allowed: /(?!)/g, show: (events) => showText(events, { isColoured: false }) },
  { name: 'terminal with colours', allowed: COLOURS, show: (events) => showText(events, { isColoured: true }) },
  { name: 'JSON lines', allowed: /(?!)/g, show: showJsonLines },
  {
    name: 'output channel',
    allowed: /(?!)/g,
    show: async (events) => {
      const text = new RunText(RUN, { when: '' });
      return events.map((event) => text.add(event)).join('');
    },
  },
  {
    name: 'output channel that does not wait for line ends',
    isHasty: true,
    allowed: /(?!)/g,
    show: async (events) => {
      const text = new RunText(RUN, { when: '' });
      return events.map((event) => text.add(event) + text.parts()).join('');
    },
  },
  {
    name: 'task of one server',
    allowed: /\x1b\[[0-9;:]*[mCDGKPX@`]|\r|\x08/g,
    show: async (events) => {
      const text = new TerminalText(runOn({ web1: undefined }));
      return events.map((event) => text.add(event)).join('');
    },
  },
  {
    name: 'task of several servers',
    allowed: COLOURS,
    show: async (events) => {
      const text = new TerminalText(RUN);
      return events.map((event) => text.add(event)).join('');
    },
  },
  { name: 'run document', allowed: /(?!)/g, show: showDocument },
];

/** The events of a script that prints these pieces of bytes on web1 and ends. */
export function printing(...pieces: readonly Uint8Array[]): RunEvent[] {
  const text = new StreamText();
  const texts = [...pieces.map((piece) => text.decode('stdout', piece)), text.end('stdout')];
  return [
    ...texts
      .filter((piece) => piece !== '')
      .map((piece) => ({ type: 'output', server: 'web1', stream: 'stdout', text: piece }) as const),
    { type: 'settled', server: 'web1', outcome: { kind: 'succeeded', exitCode: 0 } },
  ];
}

async function showText(events: readonly RunEvent[], { isColoured }: { isColoured: boolean }): Promise<string> {
  const { output, written } = collecting();
  const view = new TextView({
    out: output,
    err: output,
    palette: createPalette({ isColoured }),
    status: new StatusLine(undefined),
    isVerbose: false,
    now: () => 0,
  });
  view.expect(['web1', 'web2'], 'title');
  for (const event of events) await view.show(event);
  return written();
}

async function showJsonLines(events: readonly RunEvent[]): Promise<string> {
  const { output, written } = collecting();
  for (const event of events) await showJson(event, output, output);
  return written();
}

async function showDocument(events: readonly RunEvent[]): Promise<string> {
  const lines = new LogLines();
  const text = new StyledTextBuilder();
  const place = { time: 0, next: { offset: 0, seq: 0 } };
  for (const event of events) {
    if (event.type === 'note') lines.add({ ...place, kind: 'note', message: event.message }, text);
    if (event.type !== 'output') continue;
    lines.add({ ...place, kind: 'output', stream: event.stream, bytes: Buffer.from(event.text) }, text);
  }
  lines.end(text);
  return text.text;
}

function collecting(): { readonly output: Output; written(): string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  return { output: new Output(stream, () => {}), written: () => text };
}
