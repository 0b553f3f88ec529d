/**
 * Which part of a result is the body of the answer: a path ("placeOrder.order"), whose lists are gone through
 * ("orders.edges.node"), or an object of such paths by the name that each gets. A text that begins with "=" stands for itself, with
 * every path between braces filled in, and the name "_" puts the fields of an object beside the others.
 */
export type BodyShape = string | { readonly [name: string]: BodyShape };

const step = (value: unknown, name: string): unknown => {
  if (Array.isArray(value)) return value.map((item) => step(item, name));
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : value;
};

const valueAt = (data: unknown, path: string): unknown =>
  path.split('.').reduce((value, name) => step(value, name), data);

const replaced = (template: string, data: unknown, written: (value: unknown) => string): string =>
  template.replace(/\{([\w.]+)\}/g, (_, path: string) => written(valueAt(data, path)));

/** The text with every path between braces replaced by what it leads to. */
const fillText = (template: string, data: unknown): string => replaced(template, data, String);

/** The same for an address. */
export const fillAddress = (template: string, data: unknown): string =>
  replaced(template, data, (value) => encodeURIComponent(String(value)));

export const select = (data: unknown, shape: BodyShape): unknown => {
  if (typeof shape === 'string') {
    if (shape.startsWith('=')) return fillText(shape.slice(1), data);
    return valueAt(data, shape);
  }
  return Object.fromEntries(
    Object.entries(shape).flatMap(([name, inner]): [string, unknown][] => {
      const value = select(data, inner);
      return name === '_' ? Object.entries((value ?? {}) as object) : [[name, value]];
    }),
  );
};
