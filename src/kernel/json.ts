const jsonUnits = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

/** Whether JSON needs no help with it. */
const isPlain = (value: object): boolean => {
  for (const name in value) {
    const member: unknown = value[name as keyof typeof value];
    if (typeof member === 'bigint' || (typeof member === 'object' && member !== null)) return false;
  }
  return true;
};

/** JSON in which amounts are strings of units. To look at each member on the way costs several times what the JSON does. */
export const toJson = (value: object): string => JSON.stringify(value, isPlain(value) ? undefined : jsonUnits);
