import type { Guard } from './guard.ts';

export const GUARDS: readonly Guard[] = [
  {
    name: 'a secret that was handed out is not there any more',
    ids: ['T20'],
    file: 'runner/internal/desk/vault.go',
    find: '		delete(v.secrets, name)\n		v.out[name], v.by[name]',
    replace: '		v.out[name], v.by[name]',
  },
  {
    name: 'what a script prints goes through the mask before it is kept',
    ids: ['T20'],
    file: 'runner/internal/supervise/drain.go',
    find: 'write(into, kind, stream.Write(chunk[:n]))',
    replace: 'stream.Write(nil)\n		write(into, kind, chunk[:n])',
  },
  {
    name: 'what may become a secret is held back',
    ids: ['T20'],
    file: 'runner/internal/mask/mask.go',
    find: 'keep := now.pending(data)',
    replace: 'keep := len(data)',
  },
  {
    name: 'output is masked again where it is told',
    ids: ['T20'],
    file: 'src/domain/mask/output-text.ts',
    find: 'this.#text.decode(stream, this.#streams[stream].write(bytes))',
    replace: 'this.#text.decode(stream, bytes)',
  },
  {
    name: 'sentences of a server are masked',
    ids: ['T20'],
    file: 'src/execution/job-context.ts',
    find: "event.type === 'note' ? { ...event, message: this.mask.text(event.message) } : event",
    replace: 'event',
  },
  {
    name: 'values of a script are masked before they have their effect',
    ids: ['T20'],
    file: 'src/execution/apply.ts',
    find: 'value: maskValue(value.value, mask)',
    replace: 'value: value.value',
  },
  {
    name: 'what is nested too deep is no value',
    ids: ['T20'],
    file: 'src/helpers/document.ts',
    find: 'depthOf(text) > maxDepth ? undefined : ',
    replace: 'depthOf(text) < 0 || maxDepth < 0 ? undefined : ',
  },
  {
    name: 'a body is not longer than it may be, whatever it announces',
    ids: ['T20'],
    file: 'src/helpers/http-request.ts',
    find: 'if (length > maxBytes) throw tooLarge();',
    replace: '',
  },
  {
    name: 'a token is of this installation',
    ids: ['T21'],
    file: 'src/helpers/tokens.ts',
    find: '        issuer: this.#deps.issuer,\n',
    replace: '',
  },
  {
    name: 'a token is of this job',
    ids: ['T21'],
    file: 'src/helpers/tokens.ts',
    find: '        subject: `job:${job}`,\n',
    replace: '',
  },
  {
    name: 'a token is for this server',
    ids: ['T21'],
    file: 'src/helpers/tokens.ts',
    find: ' || srv !== server',
    replace: '',
  },
  {
    name: 'a token is one that was issued, and in its time',
    ids: ['T21'],
    file: 'src/helpers/tokens.ts',
    find: '(entry.live.get(jti) ?? 0) > this.#deps.now()',
    replace: 'jti !== undefined',
  },
  {
    name: 'a token is good on one session',
    ids: ['T21'],
    file: 'src/helpers/tokens.ts',
    find: 'isLive && entry.session === session ? scope',
    replace: 'isLive && entry.session !== undefined && session !== undefined ? scope',
  },
  {
    name: 'a value that had its effect is noted with it',
    ids: ['F90'],
    file: 'src/store/applied.ts',
    find: `        if (value.seq > known.seq && this.#isNew(job, value)) apply(value);
      }
      const place = upTo.place.offset > known.place.offset ? upTo.place : known.place;
      this.#note(job, { seq: Math.max(known.seq, upTo.seq), place });`,
    replace: '        apply(value);\n      }',
  },
];
