import picomatch from 'picomatch';
import { joinPath, type Selection } from './walk.ts';

/** What is left out of a selection, whatever it matches. */
export interface Exclusions {
  /** Of the event: without their `!`. */
  readonly patterns: readonly string[];
  /** Of the folder's `.croniumignore`; folders with a slash at the end. */
  isIgnored(path: string): boolean;
}

/** A history with its remotes' passwords is not what a whole folder stands for. */
const GIT_FOLDERS = '**/.git/**';

/** Says whether a text is a pattern and not only a name. */
export function isPattern(text: string): boolean {
  const { isGlob, negated } = picomatch.scan(text);
  return isGlob || negated;
}

/** Selects all files of a folder. */
export function selectFolder(folder: string, exclusions: Exclusions): Selection {
  const isExcluded = exclude([...exclusions.patterns, GIT_FOLDERS], { dot: true });
  return {
    pattern: folder,
    start: folder,
    matches: (path) => !isExcluded(path) && !exclusions.isIgnored(path),
    enters: (path) => !isExcluded(path) && !exclusions.isIgnored(`${path}/`),
  };
}

/** Selects the files that a pattern matches; dot files only when it names them. */
export function selectPattern(pattern: string, exclusions: Exclusions): Selection {
  const dot = /(^|[/{,])\./.test(pattern);
  const isExcluded = exclude(pattern.includes('.git') ? exclusions.patterns : [...exclusions.patterns, GIT_FOLDERS], {
    dot,
  });
  const isMatch = compile(pattern, { dot });
  const mayHold = compileFolders(pattern, { dot });
  return {
    pattern,
    start: fixedFolder(pattern),
    matches: (path) => isMatch(path) && !isExcluded(path) && !exclusions.isIgnored(path),
    enters: (path) => mayHold(path) && !isExcluded(path) && !exclusions.isIgnored(`${path}/`),
  };
}

type Match = (path: string) => boolean;

interface MatchOptions {
  readonly dot: boolean;
}

function compile(pattern: string, { dot }: MatchOptions): Match {
  // Paths have forward slashes on every system, and a name may hold line breaks, which only `s` lets `**` match.
  const isMatch = picomatch(pattern, { dot, windows: false, flags: 's' });
  return (path) => isMatch(path);
}

function exclude(patterns: readonly string[], options: MatchOptions): Match {
  const matches = patterns.flatMap((pattern) => [compile(pattern, options), compile(`${pattern}/**`, options)]);
  return (path) => matches.some((isMatch) => isMatch(path));
}

/** Says whether a folder can hold what a pattern matches, by comparing segment for segment up to the first `**`. */
function compileFolders(pattern: string, options: MatchOptions): Match {
  const segments = segmentsOf(pattern).map((text) => ({ text, isMatch: compile(text, options) }));
  return (folder) => {
    for (const [index, name] of folder.split('/').entries()) {
      const segment = segments[index];
      if (!segment) return false;
      // Braces with slashes cannot be compared piece by piece.
      if (segment.text.includes('/')) return true;
      if (!segment.isMatch(name)) return false;
      if (segment.text === '**') return true;
    }
    return true;
  };
}

/** The folder that a pattern begins with: `deploy/web` of `deploy/web/*.sh`. */
function fixedFolder(pattern: string): string {
  const segments = segmentsOf(pattern).slice(0, -1);
  const end = segments.findIndex(isPattern);
  const fixed = end < 0 ? segments : segments.slice(0, end);
  return fixed.map((segment) => segment.replace(/\\(.)/gs, '$1')).reduce(joinPath, '.');
}

function segmentsOf(pattern: string): readonly string[] {
  const { parts = [] } = picomatch.scan(pattern, { parts: true });
  return parts.length > 0 ? parts : [pattern];
}
