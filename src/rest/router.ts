import type { RestMethod } from './directive.ts';

export interface Match<Target> {
  target: Target;
  /** What stands in the path for each name between braces, decoded. */
  parameters: Readonly<Record<string, string>>;
}

interface Node<Target> {
  fixed: Map<string, Node<Target>>;
  /** What any segment leads to; the name is the target's own. */
  any: Node<Target> | undefined;
  targets: Map<RestMethod, { target: Target; names: readonly string[] }>;
}

const node = <Target>(): Node<Target> => ({ fixed: new Map(), any: undefined, targets: new Map() });

const segmentsOf = (path: string): string[] => path.split('/').slice(1);

const decoded = (segment: string): string | undefined => {
  try {
    const text = decodeURIComponent(segment);
    return text === '' || text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
};

/**
 * Finds what a path leads to, in time that depends on the path's length alone. A fixed segment goes before a parameter. Only the parameters
 * are decoded: an address that spells a fixed segment with percent signs is another address.
 */
export const createRouter = <Target>() => {
  const root = node<Target>();

  const walk = (
    at: Node<Target>,
    segments: readonly string[],
    depth: number,
    passed: string[],
  ): [Node<Target>, string[]] | undefined => {
    const segment = segments[depth];
    if (segment === undefined) return at.targets.size > 0 ? [at, passed] : undefined;
    const fixed = at.fixed.get(segment);
    const found = fixed && walk(fixed, segments, depth + 1, passed);
    if (found !== undefined || at.any === undefined) return found;
    const text = decoded(segment);
    return text === undefined ? undefined : walk(at.any, segments, depth + 1, [...passed, text]);
  };

  return {
    /** Two routes of one method and path are a mistake. */
    add: (method: RestMethod, path: string, target: Target): void => {
      let at = root;
      const names: string[] = [];
      for (const segment of segmentsOf(path)) {
        const name = /^\{(\w+)\}$/.exec(segment)?.[1];
        if (name !== undefined) {
          names.push(name);
          at.any ??= node();
          at = at.any;
        } else {
          const next = at.fixed.get(segment) ?? node<Target>();
          at.fixed.set(segment, next);
          at = next;
        }
      }
      if (at.targets.has(method)) throw new Error(`two routes for ${method} ${path}`);
      at.targets.set(method, { target, names });
    },
    /** The targets at a path by their methods; undefined when the path leads nowhere. */
    find: (
      path: string,
    ): { methods: RestMethod[]; match(method: RestMethod): Match<Target> | undefined } | undefined => {
      const found = walk(root, segmentsOf(path), 0, []);
      if (found === undefined) return undefined;
      const [{ targets }, values] = found;
      return {
        methods: [...targets.keys()],
        match: (method) => {
          const entry = targets.get(method);
          if (entry === undefined) return undefined;
          const parameters = Object.fromEntries(entry.names.map((name, index) => [name, values[index] as string]));
          return { target: entry.target, parameters };
        },
      };
    },
  };
};
