/** Who changes trading while the server runs. */
export const operator = { permission: 'market:operate' } as const;
