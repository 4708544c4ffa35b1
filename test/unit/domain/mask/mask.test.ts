import { expect, test } from 'vitest';
import { Mask, MaskStream } from '../../../../src/domain/mask/mask.ts';
import { OutputText } from '../../../../src/domain/mask/output-text.ts';
import { secretParts } from '../../../../src/domain/mask/value.ts';

const written = (stream: MaskStream, text: string): string => Buffer.from(stream.write(Buffer.from(text))).toString();

test('MaskStream gives back the very same bytes when there is nothing to replace', () => {
  const chunk = Buffer.from('what a script says\n');
  expect(new MaskStream(new Mask(['abc', ''])).write(chunk)).toBe(chunk);
  expect(new MaskStream(new Mask(['secret'])).write(chunk)).toBe(chunk);
});

test('MaskStream holds back no more than what may become a value', () => {
  const stream = new MaskStream(new Mask(['secret']));
  expect(written(stream, 'line\nsec')).toBe('line\n');
  expect(Buffer.from(stream.held).toString()).toBe('sec');
  expect(written(stream, 'ond\n')).toBe('second\n');
  expect(stream.held).toHaveLength(0);
});

test('MaskStream keeps what it holds back when the buffer it came in is used again', () => {
  const stream = new MaskStream(new Mask(['secret']));
  const buffer = Buffer.from('a sec');
  stream.write(buffer);
  buffer.fill('x');
  expect(written(stream, 'ret b')).toBe('*** b');
});

test('MaskStream goes on where another one has stopped', () => {
  const mask = new Mask(['secret']);
  const first = new MaskStream(mask);
  first.write(Buffer.from('a sec'));
  expect(written(new MaskStream(mask, first.held), 'ret b')).toBe('*** b');
});

test('Mask takes values while a stream is in use, and forgets tokens that were replaced', () => {
  const mask = new Mask();
  const stream = new MaskStream(mask);
  let told = written(stream, 'one token-1 ');
  mask.add(['first secret']);
  told += written(stream, 'first secret fir');
  mask.renew('token-1');
  mask.add(['first-other']);
  told += written(stream, 'st-other token-1 ');
  for (const token of ['token-2', 'token-3', 'token-4']) mask.renew(token);
  told += written(stream, 'token-1 token-4') + Buffer.from(stream.flush()).toString();
  expect(told).toBe('one token-1 *** *** *** token-1 ***');
});

test('a copy of a Mask takes values for itself', () => {
  const mask = new Mask(['secret']);
  const copy = mask.copy();
  copy.add(['another']);
  expect([mask.text('secret another'), copy.text('secret another')]).toEqual(['*** another', '*** ***']);
});

test('OutputText keeps the two outputs apart, and releases what is too short for a secret when it is asked to', () => {
  const text = new OutputText(new Mask(['secret']));
  const said = [text.decode('stdout', Buffer.from('your name: s')), text.decode('stderr', Buffer.from('a secr'))];
  expect([...said, text.hesitating]).toEqual(['your name: ', 'a ', ['stdout']]);
  expect([text.release('stdout'), text.decode('stderr', Buffer.from('et b')), text.hesitating]).toEqual([
    's',
    '*** b',
    [],
  ]);
});

test('OutputText ends with the rest, once', () => {
  const text = new OutputText(new Mask(['secret']));
  expect(text.decode('stdout', Buffer.from([0x61, 0x73, 0x65, 0xe2]))).toBe('ase');
  expect([text.end('stdout'), text.end('stdout')]).toEqual(['\ufffd', '']);
  expect(text.decode('stdout', Buffer.from('secr'))).toBe('');
  expect([text.end('stdout'), text.end('stdout')]).toEqual(['secr', '']);
});

test('secretParts() of a document are its longer texts, and all of it', () => {
  expect(secretParts('short')).toEqual(['short']);
  expect(secretParts({ user: 'root', password: 'correct horse' })).toEqual([
    'password',
    'correct horse',
    '{"user":"root","password":"correct horse"}',
  ]);
});
