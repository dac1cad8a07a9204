/** Where a model lies, in words. */
export const places = { shared: 'everybody', browser: 'this browser only' } as const;
