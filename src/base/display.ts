/** Takes from a text that comes from a server what could act on a terminal or deceive a reader: escapes, controls, bidi marks. */
export function displayable(text: string): string {
  return IS_PLAIN.test(text) ? text : text.replace(ESCAPES, '').replace(CONTROLS, '');
}

/** The same, but colours (SGR sequences) stay. The line ends with a reset if it had any, so that none leaks into the next. */
export function displayableWithColours(text: string): string {
  if (IS_PLAIN.test(text)) return text;
  const kept = text.replace(ESCAPES, (sequence) => (COLOUR.test(sequence) ? sequence : ''));
  const clean = kept.replace(CONTROLS_BUT_ESCAPE, '').replace(LONE_ESCAPE, '');
  return clean.includes('\x1b[') ? `${clean}\x1b[0m` : clean;
}

/** The same on one line: nothing in it can look like a line of another server. */
export function displayableLine(text: string): string {
  return displayable(text).replace(/\s*[\n\u2028\u2029]\s*/g, ' ');
}

/** Of a line that was written over (a progress bar), what stands there at last. */
export function lastVersion(line: string): string {
  if (!line.includes('\r')) return line;
  return line.split('\r').findLast((version) => version !== '') ?? '';
}

/**
 * Where an escape sequence begins that the text does not end, else its length: a text that is cut there can be cleaned in two
 * parts.
 */
export function unfinishedEscapeAt(text: string): number {
  return UNFINISHED.exec(text)?.index ?? text.length;
}

/** Says whether a text is shown as it is, with all its line ends. */
export function isPlain(text: string): boolean {
  return IS_PLAIN.test(text);
}

const IS_PLAIN = /^[\t\n\x20-\x7e]*$/;
/** OSC, DCS, PM, APC and SOS strings with their content, CSI sequences, two-character escapes; also in their C1 forms. */
const ESCAPES =
  /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]/g;
const UNFINISHED =
  /(?:(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*\x1b?|(?:\x1b\[|\x9b)[0-?]*[ -/]*|\x1b[ -/]*)$/;
const COLOUR = /^\x1b\[[0-9;:]*m$/;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const CONTROLS_BUT_ESCAPE = /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const LONE_ESCAPE = /\x1b(?!\[[0-9;:]*m)/g;
