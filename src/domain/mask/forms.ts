/** The length in bytes from which on a value's encodings are masked too: those of shorter ones are too common. */
const MIN_ENCODED_BYTES = 6;

/** The length in bytes from which on each line of a value of several is masked by itself. */
const MIN_LINE_BYTES = 8;

/** As the runner trims lines: JavaScript's own notion of a blank is another one. */
const BLANKS_AROUND =
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

/**
 * How a value may be printed: as it stands, line by line, and as the encodings that tools put it in. The same list as the runner's
 * (`runner/internal/mask/forms.go`); `runner/testdata/masks.json` holds both to it.
 */
export function formsOf(value: string): string[] {
  const found = [value];
  if (Buffer.byteLength(value) < MIN_ENCODED_BYTES) return found;
  for (const line of value.split('\n').map((each) => each.replace(BLANKS_AROUND, ''))) {
    // What a key's first and last line say is no secret.
    if (Buffer.byteLength(line) >= MIN_LINE_BYTES && !line.startsWith('-----')) found.push(line);
  }
  const digits = Buffer.from(value).toString('hex');
  found.push(digits, digits.toUpperCase(), escapeJson(value), escapeToAscii(escapeJson(value)));
  found.push(...escapeUrl(value), ...base64Forms(value));
  return found;
}

/** The inside of a JSON string. */
function escapeJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function escapeToAscii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value's forms in an address: tools differ in what they leave alone, in the case of digits, and a form's space is "+". */
function escapeUrl(value: string): string[] {
  const found: string[] = [];
  const strict = percent(value, '');
  for (const each of [strict, strict.replace(/%../g, (digits) => digits.toLowerCase())]) {
    found.push(each, each.replaceAll('%20', '+'));
  }
  for (const more of ['/', "!'()*", '$&+=:@', "!'()*;/?:@&=+$,#"]) found.push(percent(value, more));
  return found;
}

function percent(value: string, more: string): string {
  const alone = `-_.~${more}`;
  const isPlain = (letter: string): boolean => /^[A-Za-z0-9]$/.test(letter) || alone.includes(letter);
  return [...Buffer.from(value)]
    .map((byte) => [byte, String.fromCharCode(byte)] as const)
    .map(([byte, letter]) => (isPlain(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`))
    .join('');
}

/**
 * What a value becomes at each of the three places where it can begin in a group of base64: the letters that depend on nothing
 * else, and what stands there when the text ends with it, with and without padding.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const from = Math.floor((8 * before + 5) / 6);
    const to = Math.floor((8 * (before + bytes.length)) / 6);
    const forms = [whole.slice(from, to), whole.slice(from), whole.slice(from).replace(/=+$/, '')];
    return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
  });
}
