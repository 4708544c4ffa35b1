/** What a `when` clause is asked about. A key that is not there is undefined, as in the editor. */
export type Context = Readonly<Record<string, unknown>>;

type Clause = (context: Context) => boolean;

/** `&&`, `||`, `!`, brackets, comparisons, `=~`, and the words between them. */
const TOKEN = /\s*(&&|\|\||==|!=|=~|<=|>=|<|>|!|\(|\)|'(?:[^'\\]|\\.)*'|\/(?:[^/\\]|\\.)+\/[a-z]*|[^\s!()&|=~<>]+)/y;

/** Says whether a `when` clause holds, as the editor reads it. Throws when it is not one. */
export function holds(clause: string | undefined, context: Context): boolean {
  return clause === undefined || parse(clause)(context);
}

/** The keys that a clause asks for. */
export function keysOf(clause: string): readonly string[] {
  const asked = new Set<string>();
  const spy = new Proxy<Record<string, unknown>>({}, { get: (_, key) => void asked.add(String(key)) });
  // Every branch is looked at, whatever the others say.
  for (const part of tokensOf(clause)
    .join(' ')
    .split(/&&|\|\|/)) {
    const bare = part.replace(/^[\s!(]+/, '').replace(/\s+\)[\s)]*$/, '');
    if (bare.trim() !== '') parse(bare)(spy);
  }
  return [...asked];
}

function tokensOf(clause: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const text = clause.trim();
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new Error(`No when clause: "${clause}" at ${at}`);
    tokens.push(token);
  }
  return tokens;
}

function parse(clause: string): Clause {
  const tokens = tokensOf(clause);
  let at = 0;
  const take = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`No when clause: "${clause}" ends early`);
    return token;
  };
  const either = (): Clause => {
    const sides = [both()];
    while (tokens[at] === '||') {
      at++;
      sides.push(both());
    }
    return (context) => sides.some((side) => side(context));
  };
  const both = (): Clause => {
    const sides = [one()];
    while (tokens[at] === '&&') {
      at++;
      sides.push(one());
    }
    return (context) => sides.every((side) => side(context));
  };
  const one = (): Clause => {
    const token = take();
    if (token === '!') {
      const inner = one();
      return (context) => !inner(context);
    }
    if (token === '(') {
      const inner = either();
      if (take() !== ')') throw new Error(`No when clause: a bracket of "${clause}" is not closed`);
      return inner;
    }
    return comparison(token);
  };
  const comparison = (key: string): Clause => {
    if (key === 'true' || key === 'false') return () => key === 'true';
    const operator = tokens[at];
    if (operator === '==' || operator === '!=') {
      at++;
      const value = unquoted(take());
      return (context) => (String(context[key] ?? '') === value) === (operator === '==');
    }
    if (operator === '=~') {
      at++;
      const pattern = patternOf(take());
      return (context) => pattern.test(String(context[key] ?? ''));
    }
    return (context) => Boolean(context[key]);
  };
  const root = either();
  if (at < tokens.length) throw new Error(`No when clause: "${clause}" goes on with "${tokens[at]}"`);
  return root;
}

function unquoted(token: string): string {
  return token.startsWith("'") ? token.slice(1, -1) : token;
}

function patternOf(token: string): RegExp {
  const end = token.lastIndexOf('/');
  if (!token.startsWith('/') || end < 1) throw new Error(`No when clause: "${token}" is no pattern`);
  return new RegExp(token.slice(1, end), token.slice(end + 1));
}
