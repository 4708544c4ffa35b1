import type { Range } from './source.ts';
import type { YamlNode } from './yaml.ts';

/** JSON values as nodes, so that what reads YAML reads them, too; their ranges stand for their paths. */
export class JsonNodes {
  readonly #paths: (readonly string[])[] = [];

  /** `path` is where the value is found, outermost first. */
  node(value: unknown, path: readonly string[]): YamlNode {
    const range = this.#rangeFor(path);
    if (Array.isArray(value)) {
      return { kind: 'list', range, items: value.map((item, index) => this.node(item, [...path, String(index + 1)])) };
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(([key, item]) => ({
        key: { kind: 'scalar' as const, value: key, text: key, range: this.#rangeFor([...path, key]) },
        value: this.node(item, [...path, key]),
      }));
      return { kind: 'map', range, entries };
    }
    const isScalar = typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string';
    return { kind: 'scalar', range, value: isScalar ? value : null, text: isScalar ? String(value) : '' };
  }

  pathOf({ line }: Range): readonly string[] {
    return this.#paths[line - 1] ?? [];
  }

  #rangeFor(path: readonly string[]): Range {
    return { line: this.#paths.push(path), column: 1, endColumn: 1 };
  }
}
