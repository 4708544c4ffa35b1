'use strict';

// What a script that Cronium runs can ask for and leave behind. Every function runs the command of the same name and
// waits for it, so `cronium.input --help` tells the whole story.

const { spawnSync } = require('child_process');
const { join } = require('path');

const codes = { 1: 'absent', 2: 'invalid', 3: 'nobody', 4: 'changed', 5: 'refused' };
/** An input can be as large as this. */
const maxBuffer = 128 * 1024 * 1024;

class CroniumError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'CroniumError';
    this.code = code;
  }
}

function input(key, ...otherwise) {
  return read(['input', ...some(key)], otherwise);
}

function event(field, ...otherwise) {
  return read(['event', ...some(field)], otherwise);
}

function output(key, ...value) {
  if (typeof key === 'object' && key !== null) return void run(['output'], key);
  if (value.length === 0) throw new TypeError('output() takes a key and a value, or an object');
  run(['output', '--json', '--', String(key), '-'], value[0]);
}

function getVariable(name, otherwise, options) {
  return read(['getVariable', ...shared(options), ...some(name)], [otherwise]);
}

function getVersion(name, options) {
  return Number(run(['getVariable', '--version', ...shared(options), ...some(name)]));
}

function setVariable(name, value, options) {
  const { secret, ifUnchanged } = options || {};
  const words = ['setVariable', '--json', ...shared(options)];
  if (secret) words.push('--secret');
  if (ifUnchanged === true) words.push('--if-unchanged');
  else if (typeof ifUnchanged === 'number') words.push(`--if-unchanged=${ifUnchanged}`);
  run([...words, '--', String(name), '-'], value);
}

function secret(name) {
  return read(['secret', ...some(name)], []);
}

function token() {
  return read(['token'], []);
}

function some(word) {
  return word === undefined ? [] : ['--', String(word)];
}

function shared(options) {
  const { scope, wait } = options || {};
  return [...(scope === undefined ? [] : [`--scope=${scope}`]), ...(wait === undefined ? [] : [`--wait=${wait}`])];
}

/** Returns what a command prints; when nothing is there, the default that `otherwise` holds, if any. */
function read([verb, ...words], otherwise) {
  try {
    return JSON.parse(run([verb, '--json', ...words]));
  } catch (error) {
    if (error.code !== 'absent' || otherwise.length === 0) throw error;
    return otherwise[0];
  }
}

function run(words, ...value) {
  const place = process.env.CRONIUM_TOOLS;
  if (!place) throw new CroniumError('invalid', 'This script is not run by Cronium: CRONIUM_TOOLS is not set');
  const text = value.length === 0 ? '' : JSON.stringify(value[0]);
  if (text === undefined) throw new TypeError('The value cannot be written as JSON');
  const done = spawnSync(join(place, 'bin', 'cronium'), words, { input: text, encoding: 'utf8', maxBuffer });
  if (done.status === 0) return done.stdout;
  // One that has refused what is too long does not read it all, which is an error beside its own.
  if (done.error && done.status === null) {
    throw new CroniumError('refused', `The command cronium cannot be run: ${done.error.message}`);
  }
  throw new CroniumError(codes[done.status] || 'refused', done.stderr.trim() || `The command ended with ${done.status}`);
}

module.exports = { CroniumError, event, getVariable, getVersion, input, output, secret, setVariable, token };
